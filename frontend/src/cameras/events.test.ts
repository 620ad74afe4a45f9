import { expect, it } from "vitest";
import { boxAt, byClass, byHour, lineOf, withNewest } from "./events";

const at = (id: number, minute: number, more = {}) => ({
  id,
  started_at: new Date(Date.UTC(2026, 4, 4, 12, minute)).toISOString(),
  ...more,
});

it("new events come first, changed ones are changed, and deleted ones go", () => {
  const list = [at(4, 8), at(3, 6), at(2, 4), at(1, 2)];
  const newest = [at(5, 9), at(4, 8, { state: "ended" }), at(2, 4)];
  expect(withNewest(list, newest, false)).toEqual([...newest, at(1, 2)]);
  expect(withNewest(list, newest, true)).toEqual(newest);
  expect(withNewest(list, [], false)).toEqual([]);
});

it("of events that began at once the one with the larger number is the newer", () => {
  expect(withNewest([at(7, 1), at(6, 1)], [at(8, 1), at(7, 1)], false).map(({ id }) => id)).toEqual([
    8, 7, 6,
  ]);
});

const hours = [
  { hour: "2026-05-04T10:00:00Z", label: "dog", count: 2 },
  { hour: "2026-05-04T10:00:00Z", label: "", count: 1 },
  { hour: "2026-05-04T13:00:00Z", label: "", count: 4 },
];

it("classes are counted, the most frequent first", () => {
  expect(byClass(hours)).toEqual([
    { label: "", count: 5 },
    { label: "dog", count: 2 },
  ]);
});

it("hours without events are there, and the oldest give way", () => {
  expect(byHour(hours, 48).map(({ count }) => count)).toEqual([3, 0, 0, 4]);
  expect(byHour(hours, 2).map(({ count }) => count)).toEqual([0, 4]);
  expect(byHour([], 48)).toEqual([]);
});

it("a box moves evenly between two looks, and is there only while the event is", () => {
  const path = [
    [0, 10, 10, 4, 4],
    [2, 30, 10, 8, 4],
  ];
  expect(boxAt(path, 0)).toEqual([10, 10, 4, 4]);
  expect(boxAt(path, 1)).toEqual([20, 10, 6, 4]);
  expect([boxAt(path, -0.1), boxAt(path, 2.1), boxAt([], 0)]).toEqual([null, null, null]);
  expect(lineOf(path)).toBe("12,12 34,12");
});
