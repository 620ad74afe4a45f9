/** What can be said before a training on corrections: what is missing, and what so few kept back can show. */
import type { Answer } from "../api/request";
import { language } from "../shared/language.svelte";
import { enoughCorrected, fewKeptBack } from "./format";
import { say } from "./texts";

export type Ready = Answer<"/api/v1/improvements/ready", "get">;

/** Empty where enough pictures are kept back, or nothing can be trained yet. */
export function fewness({ ready, held_out: held, least_apart: least }: Ready): string {
  if (!ready || held >= fewKeptBack) return "";
  const first = held < least ? say.counted("fewNone", held) : say.counted("fewLarge", held, { least });
  return `${first} ${say.text("many", { n: language.number(enoughCorrected) })}`;
}

/** What corrections are still missing; not for a server without the train extra. */
export function missing({ code, corrected, counted, least }: Ready): string {
  if (code === "none-kept-back") return say.text("reason_none_kept_back");
  if (code === "none-to-learn") return say.text("reason_none_to_learn");
  if (corrected < least) return say.text("needMore", { n: language.number(least) });
  return say.text("countOnly", { n: language.number(counted), least: language.number(least) });
}
