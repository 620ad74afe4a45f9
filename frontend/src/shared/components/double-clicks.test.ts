import { expect, it } from "vitest";
import { DoubleClicks } from "./double-clicks";

const counted = (...given: readonly (readonly [detail: number, timeStamp: number])[]) => {
  const clicks = new DoubleClicks();
  return given.map(([detail, timeStamp]) => clicks.counts({ detail, timeStamp }));
};

it("takes a double click for one click", () => {
  expect(counted([1, 1000], [2, 1150])).toEqual([true, false]);
  expect(counted([1, 1000], [2, 1150], [3, 1300])).toEqual([true, false, false]);
});

it("counts clicks that are not close together, or not at one place, and keys", () => {
  expect(counted([1, 1000], [2, 1450])).toEqual([true, true]);
  expect(counted([1, 1000], [1, 1150])).toEqual([true, true]);
  expect(counted([0, 1000], [0, 1010])).toEqual([true, true]);
});
