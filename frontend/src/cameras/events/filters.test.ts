import { expect, it } from "vitest";
import { everything, fromQuery, isFiltered, toAsked, toQuery } from "./filters";

const some = { camera: 3, label: "", zone: "gate & yard", since: "2026-05-04T18:30", until: "", fresh: true };

it("the address keeps the filters, also none of the classes", () => {
  expect(fromQuery(toQuery(some))).toEqual(some);
  expect(fromQuery(toQuery(everything))).toEqual(everything);
  expect([isFiltered(some), isFiltered(everything)]).toEqual([true, false]);
});

it("the server is asked in universal time, and only for what was chosen", () => {
  const since = new Date("2026-05-04T18:30").toISOString();
  expect(toAsked(some)).toEqual({ camera: [3], label: "", zone: "gate & yard", since, acknowledged: false });
  expect(toAsked(everything)).toEqual({});
});

it("an address with nonsense asks for everything", () => {
  expect(fromQuery(new URLSearchParams("camera=x&since=yesterday&new=maybe"))).toEqual(everything);
});
