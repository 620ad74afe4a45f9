import { afterEach, expect, it } from "vitest";
import { language } from "../../shared/language.svelte";
import type { Camera } from "../api";
import { anything } from "./conditions";
import { wordsOf } from "./words";

const cameras = [{ id: 2, name: "Gate" }] as Camera[];
const plain = (parts: string[]) => parts.map((one) => one.replace(/[\u2068\u2069]/g, "").replace(/\s/g, " "));

afterEach(() => language.choose("en"));

it("says each condition that asks for something", () => {
  const all = {
    ...anything,
    ...{ cameras: [2, 7], classes: ["person", ""], zones: ["door"], confidence: 0.6, days: [0, 6] },
    ...{ begin: "22:00", end: "06:00", dwell: 90, line: [0, 0, 1, 1], direction: "left" as const },
    ...{ count: 3, within: 60, cool_down: 300 },
  };
  language.choose("en");
  expect(plain(wordsOf(all, cameras))).toEqual([
    "Gate, camera 7",
    "person, None of these",
    "in the zone: door",
    "confidence from 60.0%",
    "22:00–06:00",
    "Mon, Sun",
    "there for 1 min 30 sec or longer",
    "crosses a line to the left",
    "3 events within 1 min",
    "then quiet for 5 min",
  ]);
  language.choose("uk");
  expect(plain(wordsOf(all, cameras)).slice(5)).toEqual([
    "пн, нд",
    "перебуває щонайменше 1 хв 30 с",
    "перетинає лінію ліворуч",
    "3 події за 1 хв",
    "потім перерва 5 хв",
  ]);
});

it("a rule without conditions is about every event", () => {
  expect(wordsOf(anything, cameras)).toEqual(["every event"]);
});
