import { describe, expect, it } from "vitest";
import { fieldsOf, limitsOf, usual } from "./keep";

describe("how long clips are kept", () => {
  it("comes back from the form as it was", () => {
    const limits = {
      keep_days: 0.5,
      keep_days_of: { person: 1, "": 2 },
      keep_bytes: 20_000_000_001,
      keep_bytes_of: { car: 1_500_000_000, person: 1 },
    };
    expect(fieldsOf(limits).classes.map(({ label }) => label)).toEqual(["", "car", "person"]);
    expect(limitsOf(fieldsOf(limits))).toEqual(limits);
  });
  it("is the usual where nothing is written", () => {
    expect(fieldsOf(usual)).toEqual({ days: 3, gigabytes: null, classes: [] });
    expect(limitsOf({ days: null, gigabytes: null, classes: [] })).toEqual(usual);
  });
  it("has no limit for a class of which both fields are empty or nought", () => {
    const classes = [
      { label: "car", days: null, gigabytes: 0 },
      { label: "person", days: 1, gigabytes: null },
    ];
    expect(limitsOf({ days: 7, gigabytes: 20, classes })).toEqual({
      keep_days: 7,
      keep_days_of: { person: 1 },
      keep_bytes: 20e9,
      keep_bytes_of: {},
    });
  });
});
