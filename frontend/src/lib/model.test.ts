import { describe, expect, it } from "vitest";
import type { ModelAnswer } from "./client";
import { accuracyOf, namesOf } from "./model";

const model = (scores: unknown) =>
  ({ name: "m", sha256: "a", classes: [], scores }) as unknown as ModelAnswer;

describe("accuracyOf", () => {
  it("reads accuracy, interval and the number of pictures", () => {
    const scores = { test: { accuracy: 0.951, accuracy_interval: [0.947, 0.955], n: 10000 } };
    expect(accuracyOf(model(scores))).toEqual({ value: 0.951, interval: [0.947, 0.955], pictures: 10000 });
  });
  it("does without the parts that are absent", () => {
    expect(accuracyOf(model({ accuracy: 0.9 }))).toEqual({ value: 0.9, interval: null, pictures: null });
    for (const scores of [undefined, null, {}, { test: { accuracy: "high" } }])
      expect(accuracyOf(model(scores))).toBeNull();
  });
});

describe("namesOf", () => {
  it("gives the names by label", () => {
    const names = { en: "dog", uk: "пес" };
    const answer = { ...model({}), classes: [{ label: "dog", names }] } as ModelAnswer;
    expect(namesOf(answer).get("dog")).toEqual(names);
    expect(namesOf(null).size).toBe(0);
  });
});
