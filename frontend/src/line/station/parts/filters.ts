/** Which parts are shown and counted, as it stands in the page's address and as the server is asked. */
import type { paths } from "../../../api/schema";
import { askedSpan, spanFrom, type Span } from "../../../shared/span";
import { en } from "../../reasons/texts/en";

type Asked = NonNullable<paths["/api/v1/stations/{number}/parts"]["get"]["parameters"]["query"]>;
export type Verdict = NonNullable<Asked["verdict"]>;
export type Reason = NonNullable<Asked["reason"]>;

export interface Filters extends Span {
  verdict: Verdict | null;
  /** The station's, as a code. */
  reason: Reason | null;
  /** As the plant numbers them. */
  order: number | null;
  batch: number | null;
}

/** Which parts the figures are of: so many last ones, of all or of an order. */
export interface Counted {
  last: number;
  order: number | null;
}

export const verdicts: readonly Verdict[] = ["pass", "reject", "divert"];
/** Every code that has words. */
export const reasons = Object.keys(en)
  .filter((key) => key.startsWith("reason_"))
  .map((key) => key.slice("reason_".length).replaceAll("_", "-") as Reason);
export const lasts: readonly number[] = [1_000, 10_000, 100_000];

export const everything: Filters = {
  verdict: null,
  reason: null,
  since: "",
  until: "",
  order: null,
  batch: null,
};

export function fromQuery(query: URLSearchParams): Filters {
  return {
    verdict: verdicts.find((one) => one === query.get("verdict")) ?? null,
    reason: reasons.find((one) => one === query.get("reason")) ?? null,
    ...spanFrom(query),
    order: numberOf(query.get("order")),
    batch: numberOf(query.get("batch")),
  };
}

export function toQuery(filters: Filters): URLSearchParams {
  const query = new URLSearchParams({ part: "parts" });
  for (const [name, value] of Object.entries(filters) as [string, string | number | null][])
    if (value !== null && value !== "") query.set(name, String(value));
  return query;
}

export function toAsked({ since, until, ...filters }: Filters): Asked {
  const given = Object.entries(filters).filter(([, value]) => value !== null);
  return { ...(Object.fromEntries(given) as Asked), ...askedSpan({ since, until }) };
}

export const isFiltered = (filters: Filters): boolean => toQuery(filters).size > 1;

export const countedFrom = (query: URLSearchParams): Counted => ({
  last: lasts.find((one) => String(one) === query.get("last")) ?? 1_000,
  order: numberOf(query.get("order")),
});

export function countedQuery({ last, order }: Counted): URLSearchParams {
  const query = new URLSearchParams({ part: "figures", last: String(last) });
  if (order !== null) query.set("order", String(order));
  return query;
}

/** A number that a plant may give; null: none. */
export const numberOf = (text: string | null): number | null =>
  text && /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : null;
