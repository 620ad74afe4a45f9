import { expect, it } from "vitest";
import { boxOf, cornersOf, divided, shifted, withCorner, withoutCorner, type Corners } from "./corners";

const triangle: Corners = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.5, 0.9],
];

it("a corner is moved, but never out of the picture", () => {
  expect(withCorner("polygon", triangle, 1, 1.4, -0.2)[1]).toEqual([1, 0]);
  expect(withCorner("polygon", triangle, 1, 0.4, 0.2)[0]).toEqual([0.1, 0.1]);
});

it("a side is divided in its middle, the last one too", () => {
  expect(divided(triangle, 2)).toEqual([...triangle, [0.3, 0.5]]);
  expect(divided(triangle, 0)[1]).toEqual([0.3, 0.1]);
});

it("an area keeps three corners, and at most a hundred", () => {
  expect(withoutCorner(triangle, 0)).toBe(triangle);
  expect(withoutCorner(divided(triangle, 0), 1)).toEqual(triangle);
  let many = triangle;
  for (let i = 0; i < 200; i += 1) many = divided(many, 0);
  expect(many.length).toBe(100);
});

it("an area that is moved against the edge keeps its form", () => {
  expect(shifted(triangle, 0.9, -0.5)).toEqual([
    [0.6, 0],
    [1, 0],
    [1, 0.8],
  ]);
});

it("a box stays one whichever corner is moved, and is never empty", () => {
  const box = cornersOf([0.2, 0.2, 0.4, 0.4]);
  expect(boxOf(withCorner("box", box, 0, 0.1, 0.3))).toEqual([0.1, 0.3, 0.5, 0.3]);
  expect(boxOf(withCorner("box", box, 1, 0.9, 0.1))).toEqual([0.2, 0.1, 0.7, 0.5]);
  expect(boxOf(withCorner("box", box, 2, 1.4, 0.5))).toEqual([0.2, 0.2, 0.8, 0.3]);
  expect(boxOf(withCorner("box", box, 3, 0.3, 0.9))).toEqual([0.3, 0.2, 0.3, 0.7]);
  for (let at = 0; at < 4; at += 1) {
    const [opposite] = [box[(at + 2) % 4] ?? [0, 0]];
    const [, , width, height] = boxOf(withCorner("box", box, at, opposite[0], opposite[1]));
    expect([width, height]).toEqual([0.02, 0.02]);
  }
});
