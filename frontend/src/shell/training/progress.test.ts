import { beforeEach, expect, it } from "vitest";
import { language } from "../../shared/language.svelte";
import { farOf, wordsOf, type Figures } from "./progress";

const nothing = { done: 0, total: 0, epoch: 0, epochs: 0 };
const unknown = { loss: null, accuracy: null, pictures_per_second: null, seconds_left: null };
const inEpoch: Figures = {
  step: "epoch",
  done: 5,
  total: 10,
  epoch: 3,
  epochs: 40,
  loss: 1.23456,
  accuracy: 0.5,
  pictures_per_second: 1812.4,
  seconds_left: 3905,
};

beforeEach(() => language.choose("en"));

it("says what a training does before its first epoch", () => {
  expect(wordsOf({ step: "starting", ...nothing, ...unknown })).toBe("Starting");
  const reading: Figures = { step: "reading-data", ...nothing, ...unknown, done: 1200, total: 5000 };
  expect(wordsOf(reading)).toBe("Reading the pictures · 1,200 of 5,000");
  expect(farOf(reading)).toEqual({ done: 1200, total: 5000 });
});

it("says step, loss, speed and time left within an epoch, in three languages", () => {
  expect(wordsOf(inEpoch)).toBe(
    "Epoch 3 of 40 · step 5 of 10 · loss 1.235 · 1,812 pictures a second · about 1:05:05 left",
  );
  expect(farOf(inEpoch)).toEqual({ done: 2.5, total: 40 });
  language.choose("uk");
  expect(wordsOf({ ...inEpoch, pictures_per_second: 22 })).toContain("22 зображення за секунду");
  language.choose("ru");
  expect(wordsOf({ ...inEpoch, pictures_per_second: 11 })).toContain("11 картинок в секунду");
});

it("does not count the steps while the epoch is measured", () => {
  const validating: Figures = { ...inEpoch, step: "validating", done: 10 };
  expect(wordsOf(validating)).toMatch(/^Epoch 3 of 40, measuring on the validation pictures · loss/);
  expect(farOf(validating)).toEqual({ done: 3, total: 40 });
});
