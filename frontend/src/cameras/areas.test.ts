import { expect, it } from "vitest";
import { created, fromAnswer, toAnswer } from "./areas";

it("zones and masks are kept apart", () => {
  const areas = [...fromAnswer("zone", [{ name: "gate", corners: [[0, 0], [1, 0], [1, 1]] }]), created("mask", "sky")]; // prettier-ignore
  expect(toAnswer("zone", areas).map(({ name }) => name)).toEqual(["gate"]);
  expect(toAnswer("mask", areas)[0]?.corners.length).toBe(4);
});
