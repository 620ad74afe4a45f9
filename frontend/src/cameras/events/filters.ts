/** Which events are shown, as it stands in the page's address and as the server is asked. */
import type { paths } from "../../api/schema";

export interface Filters {
  camera: number | null;
  /** null: every class; "": none of the classes. */
  label: string | null;
  zone: string | null;
  /** Local times as an input gives them, "2026-05-04T18:30"; "": without a limit. */
  since: string;
  until: string;
  /** Only those that nobody has acknowledged. */
  fresh: boolean;
}
type Asked = NonNullable<paths["/api/v1/camera-events/counts"]["get"]["parameters"]["query"]>;

export const everything: Filters = {
  camera: null,
  label: null,
  zone: null,
  since: "",
  until: "",
  fresh: false,
};

export function fromQuery(query: URLSearchParams): Filters {
  return {
    camera: Number(query.get("camera")) || null,
    label: query.get("class"),
    zone: query.get("zone"),
    since: timeOf(query.get("since")),
    until: timeOf(query.get("until")),
    fresh: query.get("new") === "1",
  };
}

export function toQuery(filters: Filters): URLSearchParams {
  const query = new URLSearchParams({ part: "events" });
  if (filters.camera !== null) query.set("camera", String(filters.camera));
  if (filters.label !== null) query.set("class", filters.label);
  if (filters.zone !== null) query.set("zone", filters.zone);
  if (filters.since) query.set("since", filters.since);
  if (filters.until) query.set("until", filters.until);
  if (filters.fresh) query.set("new", "1");
  return query;
}

export function toAsked(filters: Filters): Asked {
  return {
    ...(filters.camera === null ? {} : { camera: [filters.camera] }),
    ...(filters.label === null ? {} : { label: filters.label }),
    ...(filters.zone === null ? {} : { zone: filters.zone }),
    ...(filters.since ? { since: new Date(filters.since).toISOString() } : {}),
    ...(filters.until ? { until: new Date(filters.until).toISOString() } : {}),
    ...(filters.fresh ? { acknowledged: false } : {}),
  };
}

export const isFiltered = (filters: Filters): boolean => toQuery(filters).size > 1;

const timeOf = (text: string | null): string => (text && !Number.isNaN(Date.parse(text)) ? text : "");
