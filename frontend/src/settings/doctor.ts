/** A line of the doctor in the page's language, by the server's codes. */
import type { Answer } from "../api/request";
import { say as reasons } from "../line/reasons/texts";
import { fill, isolate } from "../shared/i18n";
import { language } from "../shared/language.svelte";
import { faultText } from "../shell/actions";
import { found, say } from "./texts";

export type Line = Answer<"/api/v1/system/doctor", "get">[number];

/** What was looked at: "Folder: pictures", "Camera: yard". */
export function titleOf({ name }: Pick<Line, "name">): string {
  const [kind = "", ...rest] = name.split(" ");
  const what = rest.join(" ");
  if (!what) return say.named("check", kind);
  const named = kind === "service" ? serviceName(what) : say.named("place", what, isolate(what));
  return `${say.named("check", kind)}: ${named}`;
}

/** A service by its name in the page's language. */
export function serviceName(name: string): string {
  const [, kind, number = ""] = /^(camera|station)-(.*)$/.exec(name) ?? [];
  if (kind === "camera") return say.text("serviceCamera", { number });
  return kind ? say.text("serviceStation", { number }) : say.named("service", name);
}

/** What was found and what to do about it. */
export function wordsOf(line: Line): string {
  const text = found[language.code][line.code];
  if (text === undefined) return [line.words, line.cure].filter(Boolean).map(ended).join(" ");
  const kind = line.name.split(" ")[0];
  const why = line.why.map((one) =>
    kind === "station" && !one.problem ? reasons.named("reason", one.code, one.words) : faultText(one),
  );
  const values = Object.entries(line.params).map(([name, value]) => [name, shown(name, value)]);
  return fill(text, { ...Object.fromEntries(values), why: why.map(ended).join(" ") });
}

const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

function shown(name: string, value: string | number): string {
  if (name === "moment") return language.moment(String(value));
  if (typeof value === "string") return isolate(value);
  return name.endsWith("bytes") ? language.bytes(value) : language.number(value);
}
