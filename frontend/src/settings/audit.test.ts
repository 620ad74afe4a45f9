import { expect, it } from "vitest";
import { dayStart, wordsOf } from "./audit";

const plain = (text: string) => text.replace(/[\u2068\u2069]/g, "");

it("a record is said in words, with roles by their names", () => {
  const details = { from: "viewer", to: "operator" };
  expect(plain(wordsOf({ action: "person.role", subject: "Ann", details }))).toBe(
    "Changed the role of Ann from Viewer to Operator",
  );
  expect(plain(wordsOf({ action: "training.begin", subject: "a", details: { network: "cifar" } }))).toBe(
    "Started the training a",
  );
});

it("a record without its details, or of a newer server, leaves no placeholder", () => {
  expect(wordsOf({ action: "person.role", subject: "Ann", details: {} })).not.toContain("{");
  expect(plain(wordsOf({ action: "model.sing", subject: "x", details: {} }))).toBe("model.sing x");
});

it("a day begins at midnight here", () => {
  expect(new Date(dayStart("2026-11-29", 1)).getHours()).toBe(0);
  expect(new Date(dayStart("2026-11-29", 1)).getDate()).toBe(30);
});
