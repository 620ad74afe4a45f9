import { expect, it } from "vitest";
import { countedFrom, countedQuery, everything, fromQuery, isFiltered, toAsked, toQuery } from "./filters";

it("filters go into the address and come back the same", () => {
  const filters = {
    verdict: "reject",
    reason: "wrong-class",
    since: "2026-05-04T18:30",
    until: "",
    order: 7,
    batch: 0,
  } as const;
  expect(toQuery(filters).toString()).toBe(
    "part=parts&verdict=reject&reason=wrong-class&since=2026-05-04T18%3A30&order=7&batch=0",
  );
  expect(fromQuery(toQuery(filters))).toEqual(filters);
  expect(isFiltered(filters)).toBe(true);
  expect(isFiltered(everything)).toBe(false);
});

it("nonsense in the address filters nothing", () => {
  const query = new URLSearchParams("verdict=x&reason=y&since=now&order=-1&batch=99999999999");
  expect(fromQuery(query)).toEqual(everything);
  expect(countedFrom(new URLSearchParams("last=3&order=1e3"))).toEqual({ last: 1_000, order: null });
});

it("the server is asked for what is filtered, with times in UTC", () => {
  expect(toAsked(everything)).toEqual({});
  const asked = toAsked({ ...everything, verdict: "pass", until: "2026-05-04T18:30", order: 0 });
  expect(asked).toEqual({
    verdict: "pass",
    until: new Date("2026-05-04T18:30").toISOString(),
    order: 0,
  });
});

it("what is counted stands in the address too", () => {
  expect(countedFrom(countedQuery({ last: 10_000, order: 7 }))).toEqual({ last: 10_000, order: 7 });
});
