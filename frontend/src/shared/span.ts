/** A span of time as filters hold it: local times as an input gives them, "2026-05-04T18:30"; "": without a limit. */
export interface Span {
  since: string;
  until: string;
}

const timeOf = (text: string | null): string => (text && !Number.isNaN(Date.parse(text)) ? text : "");

/** As it stands in a page's address; what is no time is no limit. */
export const spanFrom = (query: URLSearchParams): Span => ({
  since: timeOf(query.get("since")),
  until: timeOf(query.get("until")),
});

/** As the server is asked: in universal time, and only what was chosen. */
export const askedSpan = ({ since, until }: Span): Partial<Span> => ({
  ...(since && { since: new Date(since).toISOString() }),
  ...(until && { until: new Date(until).toISOString() }),
});
