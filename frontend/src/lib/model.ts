/** Reads the model's own account of itself, whatever parts of it are there. */
import type { ModelAnswer } from "./client";

export interface Accuracy {
  value: number;
  interval: readonly [number, number] | null;
  pictures: number | null;
}

/** The class names by label, for `className`. */
export function namesOf(model: ModelAnswer | null): Map<string, Readonly<Record<string, string>>> {
  return new Map((model?.classes ?? []).map(({ label, names }) => [label, names ?? {}]));
}

/** The accuracy on the test set, if the model file holds it. */
export function accuracyOf(model: ModelAnswer): Accuracy | null {
  const scores: unknown = model.scores;
  const test = isRecord(scores) && isRecord(scores["test"]) ? scores["test"] : scores;
  if (!isRecord(test)) return null;
  const value = test["accuracy"];
  if (typeof value !== "number") return null;
  const interval = test["accuracy_interval"] ?? test["interval"];
  const n = test["n"] ?? test["pictures"];
  return {
    value,
    interval: isPair(interval) ? interval : null,
    pictures: typeof n === "number" ? n : null,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "number");
}
