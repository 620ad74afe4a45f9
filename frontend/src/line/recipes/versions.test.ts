import { expect, it } from "vitest";
import type { RecipeVersion } from "../../api/types";
import { differences, draftOf } from "./versions";

const first: RecipeVersion = {
  version: 1, model_hash: "a", least: 0.6, none_of_these: "reject", unsure: "reject", deadline: null, note: "",
  regions: [{ name: "cap", box: [0, 0, 1, 1], accepts: ["good", "fair"], grid: [1, 1], count: null }],
  added_at: "2026-01-01T00:00:00Z", added_by: 1, approved_at: null, approved_by: null, proof: null,
}; // prettier-ignore
const told = (after: Partial<RecipeVersion>) =>
  differences(first, { ...first, version: 2, ...after }).map(({ of, region }) => region || of);

it("versions that say the same have no differences, whoever approved them", () => {
  const [cap] = first.regions;
  expect(told({ note: "again", approved_at: "2026-01-02T00:00:00Z" })).toEqual([]);
  expect(told({ regions: [{ ...cap!, accepts: ["fair", "good"] }] })).toEqual([]);
});

it("each value that changed is told", () => {
  expect(told({ model_hash: "b", least: 0.7, deadline: 0.3 })).toEqual(["model", "least", "deadline"]);
});

it("regions that are new, gone or changed are told by name", () => {
  const label = { name: "label", box: [0, 0, 1, 0.3], accepts: ["label"], grid: [1, 1], count: null };
  const [change] = differences(first, { ...first, regions: [label] });
  expect(told({ regions: [label] })).toEqual(["cap", "label"]);
  expect([change?.before !== null, change?.after]).toEqual([true, null]);
});

it("the next version begins as the last one", () => {
  expect(draftOf(first, "b", "part")).toMatchObject({ model: "b", least: 0.6, regions: first.regions });
  expect(draftOf(null, "b", "part").regions[0]).toMatchObject({ name: "part", box: [0, 0, 1, 1] });
});
