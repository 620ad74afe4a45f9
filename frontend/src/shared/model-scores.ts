/** Reads the model's own account of itself, whatever parts of it are there. */
import type { Model } from "./types";

export interface Accuracy {
  value: number;
  interval: readonly [number, number] | null;
  pictures: number | null;
}

type Scores = Readonly<Record<string, unknown>>;

/** The class names by label, for `className`; also those that only another model knows, as the one for cameras. */
export function namesOf(model: Model | null): Map<string, Readonly<Record<string, string>>> {
  const classes = [...(model?.classes ?? []), ...(model?.other_classes ?? [])];
  return new Map(classes.map(({ label, names }) => [label, names ?? {}]));
}

/** The accuracy on the test set, if the model file holds it. */
export function accuracyOf(model: Model): Accuracy | null {
  const test = testScores(model);
  const value = number(test, "accuracy");
  if (value === null) return null;
  const low = number(test, "accuracy_low");
  const high = number(test, "accuracy_high");
  const interval = low === null || high === null ? null : ([low, high] as const);
  return { value, interval, pictures: number(test, "pictures") };
}

/** The share of known pictures that "none of these" lets through: measured on the test set, else as it was chosen. */
export function keptOf(model: Model): number {
  return number(testScores(model), "kept") ?? model.known_rate;
}

function testScores(model: Model): Scores {
  const test = model.scores["test"];
  return typeof test === "object" && test !== null ? (test as Scores) : {};
}

function number(scores: Scores, name: string): number | null {
  const value = scores[name];
  return typeof value === "number" ? value : null;
}
