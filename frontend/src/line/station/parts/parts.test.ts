import { expect, it } from "vitest";
import type { StationChallenge, StationPart } from "../../../api/types";
import { barsOf, dueAt, leastSure, pareto } from "./parts";

const answer = (label: string, share: number, known = true) => ({
  region: label,
  label,
  known,
  novelty: 0,
  probabilities: { other: 1 - share, [label]: share },
});
const part = (row: number, ...answers: ReturnType<typeof answer>[]) =>
  ({ row, part: row, answers }) as unknown as StationPart;

it("the least sure answer decides, and one that is none of these before all", () => {
  const [sure, unsure, none] = [answer("good", 0.9), answer("torn", 0.6), answer("good", 0.99, false)];
  expect(leastSure(part(1, sure, unsure))).toBe(unsure);
  expect(leastSure(part(1, sure, none, unsure))).toBe(none);
  expect(leastSure(part(1))).toBeNull();
});

it("bars are the most probable classes", () => {
  expect(barsOf(answer("good", 0.75), 1)).toEqual([{ label: "good", share: 0.75 }]);
  expect(barsOf(answer("good", 0.25), 9).map(({ label }) => label)).toEqual(["other", "good"]);
});

it("a Pareto chart sums up to everything", () => {
  const reasons = [
    { reason: "unsure", parts: 6 },
    { reason: "late", parts: 2 },
  ];
  expect(pareto(reasons).map(({ upTo }) => upTo)).toEqual([0.75, 1]);
});

it("golden parts are due so many hours after the last challenge that held", () => {
  const run = (at: string, passed: boolean) => ({ at, passed }) as StationChallenge;
  const runs = [run("2026-11-29T08:00:00Z", false), run("2026-11-29T06:00:00Z", true)];
  expect(dueAt(8, runs)).toBe(Date.parse("2026-11-29T14:00:00Z"));
  expect(dueAt(8, runs.slice(0, 1))).toBeNull();
});
