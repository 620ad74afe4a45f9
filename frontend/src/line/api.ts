/** What the page Line asks of the server. */
import { request, type Answer } from "../api/request";
import type { components } from "../api/schema";
import type { Recipe, RecipeVersion, Station, StationAlarm, StationFigures, StationPart } from "../api/types";

type Schemas = components["schemas"];
const root = "/api/v1/stations";
const one = `${root}/{number}` as const;
const book = "/api/v1/recipes";

export const stations = (): Promise<Station[]> => request("get", root);
export const stationOf = (number: number): Promise<Station> => request("get", one, { path: { number } });
export const addStation = (body: Schemas["StationRequest"]): Promise<Station> =>
  request("post", root, { body });
/** What is left out stays. */
export const changeStation = (number: number, body: Partial<Schemas["StationChange"]>): Promise<Station> =>
  request("patch", one, { path: { number }, body: { no_broker: false, no_challenge: false, untested: false, ...body } });
export const pauseStation = (number: number, on: boolean): Promise<Station> =>
  request("post", `${one}/pause`, { path: { number }, query: { on } });
export const removeStation = (number: number): Promise<Station> =>
  request("delete", one, { path: { number } });
export const triggerStation = (number: number): Promise<Station> =>
  request("post", `${one}/trigger`, { path: { number } });
export const changeOver = (number: number, to: Schemas["ChangeoverRequest"]): Promise<Station> =>
  request("post", `${one}/changeover`, { path: { number }, body: to });
/** The next parts are golden ones, in this order. */
export const challenge = (number: number, expected: ("good" | "bad")[], by = ""): Promise<Station> =>
  request("post", `${one}/challenge`, { path: { number }, body: { expected, by } });
export const approveFirstParts = (number: number, by = ""): Promise<Station> =>
  request("post", `${one}/first-parts/approve`, { path: { number }, body: { by } });

/** The newest first. `before`: the row of the last part of the page before. */
export const partsOf = (number: number, limit: number, before?: number): Promise<StationPart[]> =>
  request("get", `${one}/parts`, {
    path: { number },
    query: { limit, ...(before === undefined ? {} : { before }) },
  });
export const partOf = (number: number, part: number): Promise<StationPart> =>
  request("get", `${one}/parts/{part}`, { path: { number, part } });
export const overrule = (
  number: number,
  part: number,
  body: Schemas["OverrideRequest"],
): Promise<Answer<"/api/v1/stations/{number}/parts/{part}/override", "post">> =>
  request("post", `${one}/parts/{part}/override`, { path: { number, part }, body });
/** Of the `last` so many parts. */
export const figuresOf = (number: number, last: number): Promise<StationFigures> =>
  request("get", `${one}/figures`, { path: { number }, query: { last } });
export const alarmsOf = (number: number, limit: number): Promise<StationAlarm[]> =>
  request("get", `${one}/alarms`, { path: { number }, query: { limit } });
export const acknowledge = (number: number, by = ""): Promise<StationAlarm[]> =>
  request("post", `${one}/alarms/acknowledge`, { path: { number }, body: { by } });
/** Where the picture of a part is, for `at()`. */
export const partPicture = (number: number, part: number): string =>
  `${root}/${number}/parts/${part}/picture`;

export const recipes = (): Promise<Recipe[]> => request("get", book);
export const addRecipe = (body: Schemas["RecipeRequest"]): Promise<Recipe> => request("post", book, { body });
export const removeRecipe = (number: number): Promise<Recipe> =>
  request("delete", `${book}/{number}`, { path: { number } });
/** The newest first. */
export const versionsOf = (number: number): Promise<RecipeVersion[]> =>
  request("get", `${book}/{number}/versions`, { path: { number } });
export const addVersion = (number: number, body: Schemas["VersionRequest"]): Promise<RecipeVersion> =>
  request("post", `${book}/{number}/versions`, { path: { number }, body });
export const approveVersion = (number: number, version: number): Promise<RecipeVersion> =>
  request("post", `${book}/{number}/versions/{version}/approve`, { path: { number, version } });
