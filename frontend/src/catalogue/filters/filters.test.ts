import { describe, expect, it } from "vitest";
import { countMore, everything, fromQuery, isFiltered, toAsked, toAskedQuery, toQuery } from "./filters";

const read = (text: string) => fromQuery(new URLSearchParams(text));

describe("filters in the address", () => {
  it("come back as they were written", () => {
    const text =
      "text=alps+snow&label=cat&label=dog&none=true&state=failed&corrected=false&confidence_from=0.5&confidence_to=0.9" +
      "&added_from=2026-11-01&taken_to=2026-11-02&source=folder&owner=mine&model=ab&deleted=true&order=unsure";
    expect(toQuery(read(text)).toString()).toBe(text);
  });

  it("that ask nothing are not written", () => {
    expect(toQuery(everything).toString()).toBe("");
    expect(read("")).toEqual(everything);
  });

  it("that cannot be are left out", () => {
    const odd = read(
      "order=best&owner=god&confidence_from=7&confidence_to=x&added_from=soon&source=sky&state=gone",
    );
    expect(odd).toEqual(everything);
  });
});

describe("filters for the API", () => {
  it("have whole local days: the last one to its end", () => {
    const asked = toAsked({ ...everything, addedFrom: "2026-11-21", addedTo: "2026-11-21" });
    const hours = (Date.parse(asked.added_to ?? "") - Date.parse(asked.added_from ?? "")) / 3_600_000;
    expect(hours).toBe(24);
    expect(new Date(asked.added_from ?? "").getDate()).toBe(21);
  });

  it("name in a query only what is asked", () => {
    expect(toAskedQuery(everything)).toEqual({ owner: "visible" });
    expect(toAskedQuery({ ...everything, corrected: false, labels: ["cat"] })).toEqual({
      owner: "visible",
      corrected: false,
      label: ["cat"],
    });
  });
});

it("the bin and the order are no filters, everything else is", () => {
  expect(isFiltered({ ...everything, deleted: true, order: "name" })).toBe(false);
  expect(isFiltered({ ...everything, none: true })).toBe(true);
  expect(countMore({ ...everything, source: "api", confidenceFrom: 0, confidenceTo: 1 })).toBe(2);
});
