/** What is asked of the catalogue, as the address of the page has it and as the API takes it. */
import type { FiltersBody } from "../../api/types";

export const orders = ["newest", "oldest", "surest", "unsure", "novel", "taken", "name"] as const;
export type Order = (typeof orders)[number];
export const sources = ["upload", "api", "folder", "watch", "camera"] as const;
type SourceName = (typeof sources)[number];
export const owners = ["visible", "mine", "shared"] as const;
export type Owner = (typeof owners)[number];
export type EntryState = "waiting" | "done" | "failed";

/** Days are local ones, "2026-11-21"; shares are 0 to 1. */
export interface Filters {
  text: string;
  labels: readonly string[];
  none: boolean;
  states: readonly EntryState[];
  corrected: boolean | null;
  confidenceFrom: number | null;
  confidenceTo: number | null;
  addedFrom: string;
  addedTo: string;
  takenFrom: string;
  takenTo: string;
  source: SourceName | "";
  owner: Owner;
  model: string;
  deleted: boolean;
  order: Order;
}

export const everything: Filters = {
  text: "",
  labels: [],
  none: false,
  states: [],
  corrected: null,
  confidenceFrom: null,
  confidenceTo: null,
  addedFrom: "",
  addedTo: "",
  takenFrom: "",
  takenTo: "",
  source: "",
  owner: "visible",
  model: "",
  deleted: false,
  order: "newest",
};

/** Reads the address; what cannot be used there is left out. */
export function fromQuery(query: URLSearchParams): Filters {
  const one = <T extends string>(name: string, known: readonly T[]) =>
    known.find((value) => value === query.get(name));
  const day = (name: string) =>
    /^\d{4}-\d\d-\d\d$/.test(query.get(name) ?? "") ? (query.get(name) ?? "") : "";
  const corrected = query.get("corrected");
  return {
    text: query.get("text") ?? "",
    labels: query.getAll("label").filter(Boolean),
    none: query.get("none") === "true",
    states: query.getAll("state").filter((s): s is EntryState => ["waiting", "done", "failed"].includes(s)),
    corrected: corrected === "true" ? true : corrected === "false" ? false : null,
    confidenceFrom: share(query.get("confidence_from")),
    confidenceTo: share(query.get("confidence_to")),
    addedFrom: day("added_from"),
    addedTo: day("added_to"),
    takenFrom: day("taken_from"),
    takenTo: day("taken_to"),
    source: one("source", sources) ?? "",
    owner: one("owner", owners) ?? "visible",
    model: query.get("model") ?? "",
    deleted: query.get("deleted") === "true",
    order: one("order", orders) ?? "newest",
  };
}

/** For the address: only what differs from everything. */
export function toQuery(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  const set = (name: string, value: string | number | null) => {
    if (value !== null && value !== "") query.set(name, String(value));
  };
  set("text", filters.text.trim());
  for (const label of filters.labels) query.append("label", label);
  if (filters.none) query.set("none", "true");
  for (const state of filters.states) query.append("state", state);
  if (filters.corrected !== null) query.set("corrected", String(filters.corrected));
  set("confidence_from", filters.confidenceFrom);
  set("confidence_to", filters.confidenceTo);
  set("added_from", filters.addedFrom);
  set("added_to", filters.addedTo);
  set("taken_from", filters.takenFrom);
  set("taken_to", filters.takenTo);
  set("source", filters.source);
  if (filters.owner !== "visible") query.set("owner", filters.owner);
  set("model", filters.model);
  if (filters.deleted) query.set("deleted", "true");
  if (filters.order !== "newest") query.set("order", filters.order);
  return query;
}

/** For the API, in a query or a body. A day begins and ends where the person is. */
export function toAsked(filters: Filters): FiltersBody {
  return {
    label: [...filters.labels],
    none: filters.none,
    state: [...filters.states],
    corrected: filters.corrected,
    confidence_from: filters.confidenceFrom,
    confidence_to: filters.confidenceTo,
    novelty_from: null,
    novelty_to: null,
    added_from: start(filters.addedFrom, 0),
    added_to: start(filters.addedTo, 1),
    taken_from: start(filters.takenFrom, 0),
    taken_to: start(filters.takenTo, 1),
    source: filters.source,
    name: "",
    text: filters.text.trim(),
    owner: filters.owner,
    model: filters.model,
    deleted: filters.deleted,
    ids: "",
  };
}

/** What a query can hold, so that a server in front of ours takes it too: a thousand ids or more. */
export const longestIds = 7_000; // characters

/** For the API, in a query: the entries with these ids. */
export function chosenOf({ deleted }: Filters, ids: readonly number[]): Partial<FiltersBody> {
  const chosen = { ids: written(ids) };
  return deleted ? { ...chosen, deleted } : chosen;
}

/** Ids as the API takes them: "3,7-12". */
export function written(ids: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const id of [...ids].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && id <= last[1] + 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** The same without what asks nothing: for a query. */
export function toAskedQuery(filters: Filters): Partial<FiltersBody> {
  const asked = Object.entries(toAsked(filters)).filter(
    ([, value]) =>
      value !== null && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  const query = Object.fromEntries(asked) as Partial<FiltersBody>;
  return filters.corrected === false ? { ...query, corrected: false } : query;
}

/** How many filters are set beside the text and the classes, which stand open on the page. */
export function countMore(filters: Filters): number {
  return [
    filters.corrected !== null,
    filters.confidenceFrom !== null || filters.confidenceTo !== null,
    filters.addedFrom || filters.addedTo,
    filters.takenFrom || filters.takenTo,
    filters.source,
    filters.owner !== "visible",
    filters.model,
  ].filter(Boolean).length;
}

export function isFiltered(filters: Filters): boolean {
  const { deleted: _deleted, order: _order, ...rest } = filters;
  return toQuery({ ...everything, ...rest }).size > 0;
}

function share(text: string | null): number | null {
  const value = text === null || text === "" ? NaN : Number(text);
  return value >= 0 && value <= 1 ? value : null;
}

/** The moment at which a local day, or the day after it, begins. */
function start(day: string, later: 0 | 1): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + later).toISOString();
}
