import { expect, it } from "vitest";
import type { Prediction } from "../../shared/types";
import { Glances } from "../glances";
import { combine } from "./combine";
import { factsOf, UnfitModel } from "./model-file";
import { agree } from "./self-test";

const encoder = new TextEncoder();

/** An ONNX file that begins with our facts; what follows is not read. */
function modelFile(facts: object, name = "tenfold"): Uint8Array {
  const field = (tag: number, content: Uint8Array) => [
    (tag << 3) | 2,
    ...[(content.length & 127) | 128, content.length >> 7],
    ...content,
  ];
  const entry = [...field(1, encoder.encode(name)), ...field(2, encoder.encode(JSON.stringify(facts)))];
  return Uint8Array.from([...field(14, Uint8Array.from(entry)), 58, 1, 2]);
}

const facts = {
  name: "pens",
  classes: [{ label: "pen", names: { uk: "ручка" } }, { label: "pin" }],
  ...{ format_version: 1, resize: "bilinear", views: "six-wide", threshold: 0.5 },
};

it("a model file's facts are read from its first entry", () => {
  expect(factsOf(modelFile(facts))).toMatchObject({ name: "pens", views: "six-wide", threshold: 0.5 });
});

it.each([
  ["another program's file", modelFile(facts, "keras"), "not-a-model"],
  ["an empty file", new Uint8Array(), "not-a-model"],
  ["a newer layout", modelFile({ ...facts, format_version: 2 }), "newer"],
  ["a rule of views that is not known here", modelFile({ ...facts, views: "nine" }), "newer"],
])("%s is refused", (_, content, reason) => {
  expect(() => factsOf(content)).toThrow(UnfitModel);
  expect(() => factsOf(content)).toThrow(reason);
});

const picture = { width: 8, height: 8 };
const views = [
  { box: [0, 0, 8, 8] as const, mirrored: false },
  { box: [0, 0, 8, 8] as const, mirrored: true },
];

it("the answer is the mean of the views, and none of the classes above the threshold", () => {
  const outputs = {
    probabilities: Float32Array.from([0.9, 0.1, 0.5, 0.5]),
    novelty: Float32Array.from([0.2, 1]),
    ...{ maps: new Float32Array(4), rows: 1, columns: 1 },
  };
  const answer = combine(factsOf(modelFile(facts)), outputs, views, picture);
  expect(answer.label).toBe("pen");
  expect(answer.confidence).toBeCloseTo(0.7);
  expect(answer.novelty).toBeCloseTo(0.6);
  expect(answer.known).toBe(false);
  expect(answer.evidence).toBeNull();
});

it("evidence of a mirrored view is laid the right way round, and its strongest is 1", () => {
  const outputs = {
    probabilities: Float32Array.from([1, 0, 1, 0]),
    novelty: Float32Array.from([0, 0]),
    maps: Float32Array.from([4, 0, -1, -1, 0, 4, 0, 0]), // for each view and class: left, right
    ...{ rows: 1, columns: 2 },
  };
  const { evidence } = combine(factsOf(modelFile(facts)), outputs, views, picture);
  expect(evidence?.["pen"]?.[0]?.slice(12, 16)).toEqual([1, 1, 0, 0]);
  expect(evidence?.["pin"]?.[0]?.every((cell) => cell === 0)).toBe(true);
});

function prediction(pen: number, known = true, novelty = 1): Prediction {
  return { label: "pen", confidence: pen, known, novelty, probabilities: { pen, pin: 1 - pen } };
}

it("a device may round otherwise, and no more", () => {
  expect(agree(prediction(0.8), prediction(0.81))).toBe(true);
  expect(agree(prediction(0.8), prediction(0.9))).toBe(false);
  expect(agree(prediction(0.8, true, 30), prediction(0.8, true, 30.4))).toBe(true);
  expect(agree(prediction(0.8, true, 1), prediction(0.8, true, 1.4))).toBe(false);
  expect(agree(prediction(NaN), prediction(0.8))).toBe(false);
});

it("a single odd frame does not change the name that is shown", () => {
  const glances = new Glances();
  for (let i = 0; i < 10; i++) glances.add(prediction(0.9), i * 50);
  expect(glances.add(prediction(0.2), 500).seen.label).toBe("pen");
  expect(glances.add(prediction(0.9, false), 550)).toMatchObject({ seen: { label: "pen" }, rate: 12 });
  for (let i = 0; i < 5; i++) glances.add(prediction(0.9, false), 600 + i * 50);
  expect(glances.add(prediction(0.9, false), 900).seen.label).toBe("");
});
