/** Versions of a recipe: what changed from one to the next, and regions while they are edited. */
import type { components } from "../../api/schema";
import type { RecipeVersion } from "../../api/types";

export type Region = components["schemas"]["RegionBody-Input"];
export type VersionBody = components["schemas"]["VersionRequest"];
type Kept = RecipeVersion["regions"][number];

export const facts = ["model", "least", "none_of_these", "unsure", "deadline"] as const;
export interface Difference {
  /** A fact of the whole version, or a region. */
  of: (typeof facts)[number] | "region";
  /** The region's name; "" of a fact. */
  region: string;
  /** Before and after; a region's are null where it is new or gone. */
  before: RecipeVersion | Kept | null;
  after: RecipeVersion | Kept | null;
}

const valueOf = (version: RecipeVersion, fact: (typeof facts)[number]) =>
  fact === "model" ? version.model_hash : version[fact];

const alike = (one: Kept | undefined, other: Kept | undefined): boolean => {
  const plain = (region: Kept | undefined) =>
    region && JSON.stringify([region.box, [...region.accepts].sort(), region.grid, region.count]);
  return plain(one) === plain(other);
};

export function differences(before: RecipeVersion, after: RecipeVersion): Difference[] {
  const whole = facts
    .filter((fact) => valueOf(before, fact) !== valueOf(after, fact))
    .map((of): Difference => ({ of, region: "", before, after }));
  const names = [...new Set([...before.regions, ...after.regions].map(({ name }) => name))];
  const named = (version: RecipeVersion, wanted: string) =>
    version.regions.find(({ name }) => name === wanted);
  const regions = names
    .filter((name) => !alike(named(before, name), named(after, name)))
    .map((name): Difference => ({
      of: "region",
      region: name,
      before: named(before, name) ?? null,
      after: named(after, name) ?? null,
    }));
  return [...whole, ...regions];
}

export const wholeBox = [0, 0, 1, 1];

export const createdRegion = (name: string, box: number[] = wholeBox): Region => ({
  name,
  box,
  accepts: [],
  grid: [1, 1],
  count: null,
});

/** What a form for the next version shows first: the last one, or usual values. */
export function draftOf(last: RecipeVersion | null, model: string, name: string): VersionBody {
  const { regions, least = 0.6, none_of_these = "reject", unsure = "reject", deadline = null } = last ?? {};
  return {
    model,
    regions: structuredClone(regions) ?? [createdRegion(name)],
    least,
    none_of_these,
    unsure,
    deadline,
    note: "",
  };
}
