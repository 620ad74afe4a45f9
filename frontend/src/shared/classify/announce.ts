/** Tells a screen reader what came of pictures: one by one while they are few, as counts when many end together. */
import { explain } from "../failures";
import { isolate } from "../i18n";
import { announcer } from "../announcer.svelte";
import { language } from "../language.svelte";
import { nearestText } from "./nearest";
import { say } from "./texts";
import type { Picture } from "./pictures.svelte";

const pause = 600; // milliseconds within which results are told together
const fewest = 3;

let untold: Picture[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(picture: Picture): void {
  untold.push(picture);
  clearTimeout(timer);
  timer = setTimeout(() => {
    announcer.say(untold.length > fewest ? totals(untold) : untold.map(one).join(" "));
    untold = [];
  }, pause);
}

function one({ name, prediction, failure }: Picture): string {
  if (failure) return explain(language.code, failure, name).message;
  if (!prediction) return "";
  if (!prediction.known) {
    return `${say.text("announcedNone", { name: isolate(name) })} ${nearestText(prediction)}`;
  }
  return say.text("announced", {
    name: isolate(name),
    label: language.className(prediction.label),
    percent: language.percent(prediction.confidence),
  });
}

function totals(pictures: readonly Picture[]): string {
  const failed = pictures.filter((picture) => picture.failure).length;
  const done = pictures.length - failed;
  return [
    done > 0 ? say.counted("classified", done) : "",
    failed > 0 ? say.counted("failed", failed) : "",
  ].join(" ");
}
