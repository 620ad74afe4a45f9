import { expect, it } from "vitest";
import { created, fromAnswer, leastSquare, middleOf, toAnswer } from "./areas";

it("zones and masks are kept apart", () => {
  const areas = [...fromAnswer("zone", [{ name: "gate", corners: [[0, 0], [1, 0], [1, 1]] }]), created("mask", "sky")]; // prettier-ignore
  expect(toAnswer("zone", areas).map(({ name }) => name)).toEqual(["gate"]);
  expect(toAnswer("mask", areas)[0]?.corners.length).toBe(4);
});

it.each([0.0006, 0.01, 0.2])(
  "the square of the smallest thing, %s of the picture, is as high as it is wide",
  (share) => {
    const corners = leastSquare(share, 16 / 9, [0.5, 0.5]);
    const [[left = 0, top = 0] = [], , [right = 0, bottom = 0] = []] = corners;
    expect((right - left) * (bottom - top)).toBeCloseTo(share, 3);
    expect(((right - left) * 16) / ((bottom - top) * 9)).toBeCloseTo(1, 1);
    expect(middleOf(corners)[0]).toBeCloseTo(0.5, 3);
  },
);

it("the square of the smallest thing stays in the picture", () => {
  expect(Math.max(...leastSquare(0.2, 1.5, [0.9, 0.98]).flat())).toBeLessThanOrEqual(1);
});
