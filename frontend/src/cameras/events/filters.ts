/** Which events are shown, as it stands in the page's address and as the server is asked. */
import type { paths } from "../../api/schema";
import { askedSpan, spanFrom, type Span } from "../../shared/span";

export interface Filters extends Span {
  camera: number | null;
  /** null: every class; "": none of the classes. */
  label: string | null;
  zone: string | null;
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
    ...spanFrom(query),
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
    ...askedSpan(filters),
    ...(filters.fresh ? { acknowledged: false } : {}),
  };
}

export const isFiltered = (filters: Filters): boolean => toQuery(filters).size > 1;
