import { describe, expect, it } from "vitest";
import type { Model } from "./types";
import { accuracyOf, keptOf, namesOf } from "./model-scores";

const model = (scores: object) =>
  ({ name: "m", sha256: "a", classes: [], known_rate: 0.95, scores }) as unknown as Model;

describe("accuracyOf", () => {
  it("reads accuracy, interval and the number of pictures", () => {
    const test = { accuracy: 0.951, accuracy_low: 0.947, accuracy_high: 0.955, pictures: 10000 };
    expect(accuracyOf(model({ test }))).toEqual({ value: 0.951, interval: [0.947, 0.955], pictures: 10000 });
  });
  it("does without the parts that are absent", () => {
    expect(accuracyOf(model({ test: { accuracy: 0.9 } }))).toEqual({
      value: 0.9,
      interval: null,
      pictures: null,
    });
    for (const scores of [{}, { test: null }, { test: 1 }, { test: { accuracy: "high" } }])
      expect(accuracyOf(model(scores))).toBeNull();
  });
});

describe("keptOf", () => {
  it("is what was measured, or else what was aimed at", () => {
    expect(keptOf(model({ test: { kept: 0.9496 } }))).toBe(0.9496);
    expect(keptOf(model({}))).toBe(0.95);
  });
});

describe("namesOf", () => {
  it("gives the names by label", () => {
    const names = { en: "dog", uk: "пес" };
    const answer = { ...model({}), classes: [{ label: "dog", names }] } as Model;
    expect(namesOf(answer).get("dog")).toEqual(names);
    const person = { label: "person", names: { uk: "людина" } };
    expect(namesOf({ ...answer, other_classes: [person] }).get("person")).toEqual(person.names);
    expect(namesOf(null).size).toBe(0);
  });
});
