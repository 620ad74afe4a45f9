/** What the catalogue's pages ask of the server. */
import { queryOf, request } from "../api/request";
import type { Action, ActionKind, Counts, EntryDetail, FiltersBody } from "../api/types";
import { chosenOf, toAskedQuery, type Filters } from "./filters/filters";
import type { Source } from "./listing/entries.svelte";

const perPage = 200;
const root = "/api/v1/catalogue";

export function listed(filters: Filters): Source {
  const query = { ...toAskedQuery(filters), order: filters.order, limit: perPage };
  return (after, signal) =>
    request("get", "/api/v1/catalogue/entries", {
      query: after === null ? query : { ...query, after },
      signal,
    });
}

export async function countsOf(filters: Filters, signal: AbortSignal): Promise<Counts> {
  return request("get", "/api/v1/catalogue/counts", { query: toAskedQuery(filters), signal });
}

export async function detailOf(id: number, signal: AbortSignal): Promise<EntryDetail> {
  return request("get", "/api/v1/catalogue/entries/{entry}", { path: { entry: id }, signal });
}

/** Have an entry that could not be classified tried again. */
export async function retry(id: number): Promise<void> {
  await request("post", "/api/v1/catalogue/entries/{number}/retry", { path: { number: id } });
}

export async function alikeTo(id: number, signal: AbortSignal) {
  const path = { entry: id };
  return request("get", "/api/v1/catalogue/entries/{entry}/similar", { path, query: { limit: 60 }, signal });
}

export async function duplicates(after: string | null, signal: AbortSignal) {
  const query = after === null ? { limit: 30 } : { limit: 30, after };
  return request("get", "/api/v1/catalogue/duplicates", { query, signal });
}

/** Which entries an action is for. */
export type Target = { ids: readonly number[] } | { filters: FiltersBody };

export async function act(
  kind: ActionKind,
  target: Target,
  more: { label?: string; name?: string },
): Promise<Action> {
  const which = "ids" in target ? { entries: [...target.ids] } : { filters: target.filters };
  return request("post", "/api/v1/catalogue/actions", { body: { kind, ...which, ...more } });
}

/** Deletes entries in the bin for good; gives how many. */
export async function erase(target: Target): Promise<number> {
  const body = "ids" in target ? { entries: [...target.ids] } : { filters: target.filters };
  return (await request("post", "/api/v1/catalogue/erasures", { body })).count;
}

export async function undo(action: number): Promise<Action> {
  return request("post", "/api/v1/catalogue/actions/{action}/undo", { path: { action } });
}

export async function history(before: number | null, signal: AbortSignal) {
  const query = before === null ? { limit: 30 } : { limit: 30, before };
  return request("get", "/api/v1/catalogue/actions", { query, signal });
}

export function pictureOf(id: number, download = false): string {
  return `${root}/entries/${id}/picture${download ? "?download=true" : ""}`;
}

export function thumbnailOf(id: number, side = 256): string {
  return `${root}/entries/${id}/thumbnail?side=${side}`;
}

/** How many pictures there are of each month, by this browser's clock. */
export async function timelineOf(filters: Filters, by: "taken" | "added", signal: AbortSignal) {
  const offset = -new Date().getTimezoneOffset();
  const query = { ...toAskedQuery(filters), by, offset };
  return request("get", "/api/v1/catalogue/timeline", { query, signal });
}

export type ExportFile = "pictures.zip" | "training.zip" | "entries.csv" | "entries.parquet";

/** Where the export is of what the filters find, or of the entries with these ids. */
export function exportOf(file: ExportFile, filters: Filters, ids: readonly number[] | null = null): string {
  const asked = ids === null ? toAskedQuery(filters) : chosenOf(filters, ids);
  return `/api/v1/exports/${file}${queryOf(asked)}`;
}
