import { expect, it } from "vitest";
import { boxAt, byClass, byHour, isOlder, lineOf } from "./events";

it("of events that began at once the one with the larger number is the newer", () => {
  const at = (id: number, minute: number) => ({
    id,
    started_at: new Date(Date.UTC(2026, 4, 4, 12, minute)).toISOString(),
  });
  expect(isOlder(at(6, 1), at(7, 1))).toBe(true);
  expect(isOlder(at(7, 1), at(7, 1))).toBe(false);
  expect(isOlder(at(6, 2), at(7, 1))).toBe(false);
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
