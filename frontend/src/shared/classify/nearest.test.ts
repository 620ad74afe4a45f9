import { expect, it } from "vitest";
import { nearestText } from "./nearest";

const none = (probabilities: Record<string, number>) =>
  nearestText({ label: "cat", confidence: 0.25, known: false, novelty: 1, probabilities });

it("names the nearest class with how near it is", () => {
  expect(none({ cat: 0.25, dog: 0.15, ship: 0.24, truck: 0.24 })).toMatch(/^Nearest: .*cat.*, 25\.0%\.$/);
  expect(none({ cat: 0.25, dog: 0.2494, ship: 0.25 })).toMatch(/^Nearest: /);
});

it("names none where all classes are as likely", () => {
  expect(none({ cat: 0.25, dog: 0.25, ship: 0.2499999, truck: 0.25 })).toBe(
    "No class is nearer than the others.",
  );
});
