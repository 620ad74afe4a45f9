import { expect, it } from "vitest";
import type { Entry } from "../../api/types";
import { everything } from "./filters";
import { byDay, momentOf, until } from "./months";

const at = (id: number, taken: Date | null) =>
  ({ id, taken_at: taken?.toISOString() ?? null, added_at: new Date(2026, 0, 1).toISOString() }) as Entry;

it("puts pictures under the local day on which they were taken, those of no date last", () => {
  const entries = [at(4, new Date(2026, 10, 28, 23, 59)), at(3, new Date(2026, 10, 28)), at(2, null)];
  const days = byDay(entries, "taken").map(({ day, entries }) => [day, entries.map(({ id }) => id)]);
  expect(days).toEqual([
    ["2026-11-28", [4, 3]],
    ["", [2]],
  ]);
  expect(byDay(entries, "added")).toHaveLength(1);
});

it("begins with a month's last day, or sooner where a filter says so", () => {
  expect(until(everything, "taken", "2024-02")).toMatchObject({ order: "taken", takenTo: "2024-02-29" });
  expect(until({ ...everything, addedTo: "2024-02-10" }, "added", "2024-02").addedTo).toBe("2024-02-10");
  expect(until(everything, "added", "")).toMatchObject({ order: "newest", addedTo: "" });
  expect(momentOf("2024-02").getMonth()).toBe(1);
});
