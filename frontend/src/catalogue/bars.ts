/** The classes that an entry can be filed under, as bars: each with its share and its key. */
import type { Bar } from "../shared/components/ClassBars.svelte";
import { digitOf } from "./grid/keys";

/** `label`: what the entry is filed under. A class that the model does not know has no share. */
export function barsOf(
  classes: readonly string[],
  probabilities: Readonly<Record<string, number>> | null,
  label: string | null,
): Bar[] {
  const all = new Set([...classes, ...Object.keys(probabilities ?? {}), ...(label ? [label] : [])]);
  const bars = [...all].map((one) => ({
    label: one,
    share: probabilities === null ? 0 : (probabilities[one] ?? null),
    key: classes.includes(one) ? digitOf(classes.indexOf(one)) : "",
  }));
  return [...bars.sort((a, b) => (b.share ?? 0) - (a.share ?? 0)), { label: "", share: null, key: "n" }];
}
