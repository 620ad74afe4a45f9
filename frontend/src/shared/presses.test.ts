import { expect, it } from "vitest";
import { pressOnce } from "./presses";

/** What has a parent for each of these selectors. */
const inside = (...what: string[]) => ({
  closest: (selector: string) => what.find((one) => selector.split(", ").includes(one)),
});

/** Whether a page hears of each of these clicks. */
function heard(target: object | null, ...clicks: readonly (readonly [detail: number, timeStamp: number])[]) {
  return clicks.map(([detail, timeStamp]) => {
    let stopped = 0;
    const preventDefault = () => (stopped += 1);
    pressOnce({ target, detail, timeStamp, preventDefault, stopPropagation: preventDefault } as never);
    return stopped === 0;
  });
}

/** Whether a key does what it does. */
function works(target: object | null, key: string, repeat: boolean) {
  let works = true;
  pressOnce({ target, key, repeat, preventDefault: () => (works = false) } as never);
  return works;
}

it("takes a double click for one click", () => {
  expect(heard(inside("button"), [1, 1000], [2, 1150])).toEqual([true, false]);
  expect(heard(inside("a"), [1, 3000], [2, 3150], [3, 3300])).toEqual([true, false, false]);
});

it("counts clicks that are not close together, or not at one place, and keys", () => {
  expect(heard(inside("button"), [1, 5000], [2, 5450])).toEqual([true, true]);
  expect(heard(inside("button"), [1, 7000], [1, 7150])).toEqual([true, true]);
  expect(heard(inside("button"), [0, 9000], [0, 9010])).toEqual([true, true]);
});

it("counts each click on what is clicked often, and on what is no button", () => {
  expect(heard(inside("button", "[data-often]"), [1, 11_000], [2, 11_150])).toEqual([true, true]);
  expect(heard(inside("div"), [1, 13_000], [2, 13_150])).toEqual([true, true]);
  expect(heard(null, [1, 15_000], [2, 15_150])).toEqual([true, true]);
});

it("takes a held Enter for one press, but for lines in a text", () => {
  expect(works(inside("button"), "Enter", false)).toBe(true);
  expect(works(inside("button"), "Enter", true)).toBe(false);
  expect(works(inside("input"), "Enter", true)).toBe(false);
  expect(works(inside("textarea"), "Enter", true)).toBe(true);
  expect(works(inside("input"), "a", true)).toBe(true);
});
