import { expect, it } from "vitest";
import { conditionOf, lampOf, yieldOf } from "./status";

it("only a station that releases parts has the green lamp", () => {
  expect(lampOf({ phase: "ready" })).toBe("green");
  expect(lampOf({ phase: "held" })).toBe("amber");
  expect(lampOf({ phase: "fault" })).toBe("red");
  for (const phase of ["paused", "off", "starting"] as const) expect(lampOf({ phase })).toBe("none");
});

it("a station that holds parts back says what it waits for", () => {
  const held = { phase: "held" as const, first_parts: 0 };
  expect(conditionOf({ ...held, holds: ["challenge", "first-parts"] })).toBe("challenge");
  expect(conditionOf({ ...held, holds: ["first-parts"] })).toBe("first-parts");
  expect(conditionOf({ ...held, holds: ["first-parts"], first_parts: 3 })).toBe("first-parts-judged");
  expect(conditionOf({ ...held, holds: ["recipe"] })).toBe("recipe");
  expect(conditionOf({ phase: "fault", holds: ["challenge"], first_parts: 0 })).toBe("fault");
});

it("the yield of no parts is not told", () => {
  expect(yieldOf({ passed: 0, rejected: 0 })).toBe(null);
  expect(yieldOf({ passed: 3, rejected: 1 })).toBe(0.75);
});
