import { describe, expect, it } from "vitest";
import { fromAhead } from "./format";

describe("a difference of two models", () => {
  const pair = { first: "a", second: "b", difference: 0.1, low: -0.02, high: 0.2 };

  it("has the second ahead where its accuracy is higher", () => {
    expect(fromAhead(pair)).toEqual({ ahead: "b", behind: "a", difference: 0.1, low: -0.02, high: 0.2 });
  });

  it("is turned round with its interval where the first is ahead", () => {
    const turned = { ...pair, difference: -0.1, low: -0.2, high: 0.02 };
    expect(fromAhead(turned)).toEqual({ ahead: "a", behind: "b", difference: 0.1, low: -0.02, high: 0.2 });
  });
});
