import { expect, it } from "vitest";
import { byEpoch, epochTicks, pathOf, range, valueTicks } from "./curve";

const frame = { width: 100, height: 50, low: 0, high: 1 };

it("goes from edge to edge, the greatest at the top", () => {
  expect(pathOf([0, 1, 0.5], frame)).toBe("M0.0,50.0L50.0,0.0L100.0,25.0");
});

it("breaks where a figure is not known, and shows a lonely one as a dot", () => {
  expect(pathOf([0, null, 1], frame)).toBe("M0.0,50.0h0.1M100.0,0.0h0.1");
  expect(pathOf([], frame)).toBe("");
});

it("leaves room above and below, and puts a flat curve in the middle", () => {
  const { low, high } = range([
    [0, 1],
    [null, 0.5],
  ]);
  expect([low, high]).toEqual([-0.05, 1.05]);
  const flat = range([[0.5, 0.5]]);
  expect(pathOf([0.5, 0.5], { ...frame, ...flat })).toBe("M0.0,25.0L100.0,25.0");
  expect(range([[]])).toEqual({ low: 0, high: 1 });
});

it("marks whole epochs only, the first and the last among them", () => {
  expect(epochTicks(1)).toEqual([1]);
  expect(epochTicks(4)).toEqual([1, 2, 3, 4]);
  expect(epochTicks(30)).toEqual([1, 10, 20, 30]);
  for (let last = 1; last < 500; last += 1) {
    const ticks = epochTicks(last);
    expect([ticks[0], ticks.at(-1)]).toEqual([1, last]);
    expect(ticks.every((tick, n) => Number.isInteger(tick) && tick > (ticks[n - 1] ?? 0))).toBe(true);
    expect(ticks.length).toBeLessThanOrEqual(7);
  }
});

it("marks round values", () => {
  expect(valueTicks(0.42, 0.93)).toEqual([0.6, 0.8]);
  expect(valueTicks(0, 2)).toEqual([0, 0.5, 1, 1.5, 2]);
  expect(valueTicks(1, 1)).toEqual([1]);
});

it("puts curves of several runs on the same epochs", () => {
  expect(byEpoch([1, 2], [0.5, 0.6], 4)).toEqual([0.5, 0.6, null, null]);
  expect(byEpoch([2, 4], [0.5, 0.6], 4)).toEqual([null, 0.5, null, 0.6]);
});
