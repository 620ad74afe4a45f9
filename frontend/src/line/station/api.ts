/** What a station's own view asks of the server. */
import { queryOf, request, type Answer } from "../../api/request";
import type { components } from "../../api/schema";
import type {
  Station,
  StationAlarm,
  StationChallenge,
  StationFigures,
  StationPart,
  StationPartDetails,
} from "../../api/types";
import { language } from "../../shared/language.svelte";
import { toAsked, type Counted, type Filters } from "./parts/filters";

type Schemas = components["schemas"];
const root = "/api/v1/stations";
const one = `${root}/{number}` as const;

/** The newest first. `before`: the row of the last part of the page before. */
export const partsOf = (
  number: number,
  filters: Filters,
  limit: number,
  before: number | null,
): Promise<StationPart[]> =>
  request("get", `${one}/parts`, {
    path: { number },
    query: { ...toAsked(filters), limit, ...(before === null ? {} : { before }) },
  });
export const partOf = (number: number, part: number): Promise<StationPartDetails> =>
  request("get", `${one}/parts/{part}`, { path: { number, part } });
/** Where the picture of a part is, for `at()`. */
export const partPicture = (number: number, part: number): string =>
  `${root}/${number}/parts/${part}/picture`;
export const overrule = (
  number: number,
  part: number,
  body: Schemas["OverrideRequest"],
): Promise<Answer<"/api/v1/stations/{number}/parts/{part}/override", "post">> =>
  request("post", `${one}/parts/{part}/override`, { path: { number, part }, body });

export const figuresOf = (number: number, counted: Counted): Promise<StationFigures> =>
  request("get", `${one}/figures`, { path: { number }, query: countedAsked(counted) });
export const pChart = (number: number, counted: Counted): Promise<Schemas["DrawnChart"] | null> =>
  request("get", `${one}/p-chart`, {
    path: { number },
    query: { ...countedAsked(counted), language: language.code },
  });
export const chainOf = (number: number): Promise<Schemas["ChainAnswer"]> =>
  request("get", `${one}/chain`, { path: { number } });
/** Where the trail is as a file, for `at()`; `order`: only that one. */
export const exportOf = (number: number, ending: "csv" | "parquet" | "pdf", order: number | null): string =>
  `${root}/${number}/export.${ending}${queryOf(order === null ? {} : { order })}`;

/** The next parts are golden ones, in this order. */
export const challenge = (number: number, expected: ("good" | "bad")[], by: string): Promise<Station> =>
  request("post", `${one}/challenge`, { path: { number }, body: { expected, by } });
/** The newest first. */
export const challengesOf = (number: number): Promise<StationChallenge[]> =>
  request("get", `${one}/challenges`, { path: { number } });
export const approveFirstParts = (number: number, by: string): Promise<Station> =>
  request("post", `${one}/first-parts/approve`, { path: { number }, body: { by } });
export const refuseFirstParts = (number: number, by: string, reason: string): Promise<Station> =>
  request("post", `${one}/first-parts/refuse`, { path: { number }, body: { by, reason } });

/** The newest first. */
export const alarmsOf = (number: number, limit: number): Promise<StationAlarm[]> =>
  request("get", `${one}/alarms`, { path: { number }, query: { limit } });
export const acknowledge = (number: number, by: string): Promise<StationAlarm[]> =>
  request("post", `${one}/alarms/acknowledge`, { path: { number }, body: { by } });

const countedAsked = ({ last, order }: Counted) => ({ last, ...(order === null ? {} : { order }) });
