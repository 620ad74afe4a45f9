/** What can be said of corrections: what is missing before a training, and why a model is called better or not. */
import type { Answer } from "../../api/request";
import { language } from "../../shared/language.svelte";
import { enoughCorrected, fewKeptBack, points } from "../format";
import { say } from "../texts";

type Comparison = NonNullable<Answer<"/api/v1/improvements", "get">["improvements"][number]["comparison"]>;
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

/** Why it is called better or not. */
export function reason({ why, margin: most, own_test: own }: Comparison): string {
  const margin = say.counted("marginPoints", 100 * most);
  if (why === "may-have-forgot" && own && own.high >= 0)
    return say.text("keptAsFar", {
      margin,
      n: language.number(own.pictures),
      points: say.text("points", { n: points(own.difference) }),
      interval: say.text("pointsInterval", { low: points(own.low), high: points(own.high) }),
    });
  return say.named("why", why, "", { margin });
}
