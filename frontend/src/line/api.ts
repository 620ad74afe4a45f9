/** What the page Line asks of the server. */
import type { Shot } from "../api/follow";
import { queryOf, request, requestFile } from "../api/request";
import type { components } from "../api/schema";
import type { Camera, Job, Recipe, RecipeVersion, Station } from "../api/types";

type Schemas = components["schemas"];
const root = "/api/v1/stations";
const one = `${root}/{number}` as const;
const book = "/api/v1/recipes";

export const listedCameras = (): Promise<Camera[]> => request("get", "/api/v1/cameras");
export const stations = (): Promise<Station[]> => request("get", root);
export const addStation = (body: Schemas["StationRequest"]): Promise<Station> =>
  request("post", root, { body });
/** What is left out stays. */
export const changeStation = (number: number, body: Partial<Schemas["StationChange"]>): Promise<Station> =>
  request("patch", one, {
    path: { number },
    body: { no_broker: false, no_challenge: false, untested: false, own_password: "", ...body },
  });
/** By the rule that it is added by. */
export const tryCamera = (body: Schemas["CameraTrial"]): Promise<Schemas["CameraFactsAnswer"]> =>
  request("post", `${root}/test`, { body });
/** What a PLC's registers hold now, where a station would read them. */
export const readRegisters = (body: Schemas["PlcReading"]): Promise<Schemas["RegisterAnswer"][]> =>
  request("post", `${root}/registers`, { body });
export const pauseStation = (number: number, on: boolean): Promise<Station> =>
  request("post", `${one}/pause`, { path: { number }, query: { on } });
export const removeStation = (number: number): Promise<Station> =>
  request("delete", one, { path: { number } });
export const triggerStation = (number: number): Promise<Station> =>
  request("post", `${one}/trigger`, { path: { number } });
export const changeOver = (number: number, to: Schemas["ChangeoverRequest"]): Promise<Station> =>
  request("post", `${one}/changeover`, { path: { number }, body: to });
/** What its camera sees now, numbered; null: nothing came in time. */
export const pictureOf = (number: number, after: number, signal: AbortSignal): Promise<Shot | null> =>
  requestFile(
    `${root}/${number}/picture${queryOf({ after })}`,
    async (response) =>
      response.status === 204
        ? null
        : { content: await response.blob(), number: Number(response.headers.get("X-Picture-Number")) },
    signal,
  );

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
/** So many recorded parts are judged again, unless somebody says otherwise. */
export const provenParts = 2000;
/** A job: the proof is kept with the version when it ends, unless it is another model's. */
export const proveVersion = (number: number, version: number, body: Schemas["ProofRequest"]): Promise<Job> =>
  request("post", `${book}/{number}/versions/{version}/prove`, { path: { number, version }, body });
