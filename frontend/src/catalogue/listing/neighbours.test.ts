import { expect, it } from "vitest";
import { neighbours } from "./neighbours";

it("goes on from where a picture stood that has left the list", () => {
  expect(neighbours(["a", "b", "c"], 1, 1)).toEqual({ before: "a", after: "c" });
  expect(neighbours(["a", "c"], null, 1)).toEqual({ before: "a", after: "c" });
  expect(neighbours(["a", "b"], null, 2)).toEqual({ before: "b", after: null });
  expect(neighbours(["a", "b"], null, null)).toEqual({ before: null, after: null });
});
