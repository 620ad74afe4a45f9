import { expect, it } from "vitest";
import { ends, pathOf, range } from "./curve";

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
  expect(ends([[0.2, null], [0.7]])).toEqual({ low: 0.2, high: 0.7 });
  expect(ends([[null], []])).toBeNull();
  const flat = range([[0.5, 0.5]]);
  expect(pathOf([0.5, 0.5], { ...frame, ...flat })).toBe("M0.0,25.0L100.0,25.0");
  expect(range([[]])).toEqual({ low: 0, high: 1 });
});
