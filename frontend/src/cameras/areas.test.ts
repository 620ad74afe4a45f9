import { expect, it } from "vitest";
import {
  created,
  divided,
  fromAnswer,
  shifted,
  toAnswer,
  withCorner,
  withoutCorner,
  type Corners,
} from "./areas";

const triangle: Corners = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.5, 0.9],
];

it("a corner is moved, but never out of the picture", () => {
  expect(withCorner(triangle, 1, 1.4, -0.2)[1]).toEqual([1, 0]);
  expect(withCorner(triangle, 1, 0.4, 0.2)[0]).toEqual([0.1, 0.1]);
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

it("zones and masks are kept apart", () => {
  const areas = [...fromAnswer("zone", [{ name: "gate", corners: [[0, 0], [1, 0], [1, 1]] }]), created("mask", "sky")]; // prettier-ignore
  expect(toAnswer("zone", areas).map(({ name }) => name)).toEqual(["gate"]);
  expect(toAnswer("mask", areas)[0]?.corners.length).toBe(4);
});
