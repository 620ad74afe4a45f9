/** Training curves as the server draws them. */
import { request } from "../../api/request";
import type { paths } from "../../api/schema";
import { language } from "../../shared/language.svelte";

export type Figure = paths["/api/v1/run-curves"]["get"]["parameters"]["query"]["figure"];

/** What draws a figure of some runs, by their names, in the language of the page. */
export const curves = (runs: readonly string[], figure: Figure) => () =>
  request("get", "/api/v1/run-curves", { query: { name: [...runs], figure, language: language.code } });
