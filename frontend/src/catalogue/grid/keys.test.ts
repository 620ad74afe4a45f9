import { describe, expect, it } from "vitest";
import { ClassKeys, classesOf, digitOf } from "./keys";

const english = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
].map((label) => ({ label, name: label }));
const names = [
  "літак",
  "автомобіль",
  "птах",
  "кіт",
  "олень",
  "пес",
  "жаба",
  "кінь",
  "корабель",
  "вантажівка",
];
const ukrainian = english.map(({ label }, at) => ({ label, name: names[at] ?? "" }));

describe("the class that a key means", () => {
  it("is the n-th for a digit, whatever the keyboard writes on it", () => {
    expect(classesOf("1", "Digit1", english)).toEqual(["airplane"]);
    expect(classesOf("0", "Digit0", english)).toEqual(["truck"]);
    expect(classesOf("&", "Digit1", english)).toEqual(["airplane"]);
    expect(classesOf("4", "Digit4", english.slice(0, 3))).toEqual([]);
  });

  it("is one whose name in the page's language begins with the letter", () => {
    expect(classesOf("к", "KeyR", ukrainian)).toEqual(["cat", "horse", "ship"]);
    expect(classesOf("П", "KeyG", ukrainian)).toEqual(["bird", "dog"]);
    expect(classesOf("d", "KeyD", english)).toEqual(["deer", "dog"]);
  });

  it("falls back on the label where no name begins so", () => {
    expect(classesOf("f", "KeyF", ukrainian)).toEqual(["frog"]);
  });

  it("is none of these for n, on a Cyrillic keyboard too", () => {
    expect(classesOf("n", "KeyN", english)).toEqual([""]);
    expect(classesOf("н", "KeyY", ukrainian)).toEqual([""]);
    expect(classesOf("т", "KeyN", ukrainian)).toEqual([""]);
  });

  it("is nothing for other keys", () => {
    for (const key of ["Enter", "ArrowLeft", "z", " ", "Tab"])
      expect(classesOf(key, "", english)).toEqual([]);
  });
});

describe("pressing the same letter again", () => {
  it("goes on to the next class, for the picture that it began with", () => {
    const keys = new ClassKeys<number>();
    const d = { key: "d", code: "KeyD" };
    expect(keys.press(d, english, 7, 0)).toEqual({ label: "deer", target: 7 });
    expect(keys.press(d, english, 8, 500)).toEqual({ label: "dog", target: 7 });
    expect(keys.press(d, english, 8, 900)).toEqual({ label: "deer", target: 7 });
    expect(keys.press(d, english, 8, 9000)).toEqual({ label: "deer", target: 8 });
    expect(keys.press(d, english, 8, 90_000)).toEqual({ label: "dog", target: 8 });
  });

  it("files the next picture where the letter means one class only", () => {
    const keys = new ClassKeys<number>();
    const c = { key: "c", code: "KeyC" };
    expect(keys.press(c, english, 1, 0)).toEqual({ label: "cat", target: 1 });
    expect(keys.press(c, english, 2, 100)).toEqual({ label: "cat", target: 2 });
  });

  it("means nothing while a key is held down: what comes up meanwhile was not looked at", () => {
    const keys = new ClassKeys<number>();
    const four = { key: "4", code: "Digit4" };
    expect(keys.press(four, english, 1, 0)).toEqual({ label: "cat", target: 1 });
    expect(keys.press({ ...four, repeat: true }, english, 2, 500)).toBeNull();
    expect(keys.press(four, english, 2, 900)).toEqual({ label: "cat", target: 2 });
  });

  it("begins anew after another key, or when it is told to forget", () => {
    const keys = new ClassKeys<number>();
    const d = { key: "d", code: "KeyD" };
    keys.press(d, english, 1, 0);
    keys.forget();
    expect(keys.press(d, english, 1, 10)?.label).toBe("deer");
    expect(keys.press({ key: "Enter", code: "Enter" }, english, 1, 20)).toBeNull();
  });
});

it("ten classes have a digit", () => {
  expect([0, 8, 9, 10].map(digitOf)).toEqual(["1", "9", "0", ""]);
});
