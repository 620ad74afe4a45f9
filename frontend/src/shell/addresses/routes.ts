/** The pages: their addresses, names and code, which is loaded when a page is first shown. */
import type { Component } from "svelte";
import type { SharedKey } from "../../shared/texts";

export interface Route {
  path: string;
  /** Addresses below it that show the same page. */
  below?: RegExp;
  name: SharedKey;
  load: () => Promise<{ default: Component }>;
}

/** In the order of the navigation. */
export const routes: readonly Route[] = [
  { path: "/", name: "navClassify", load: () => import("../../classify/ClassifyPage.svelte") },
  { path: "/teach", name: "navTeach", load: () => import("../../teach/TeachPage.svelte") },
  { path: "/catalogue", name: "navCatalogue", load: () => import("../../catalogue/CataloguePage.svelte") },
  { path: "/review", name: "navReview", load: () => import("../../review/ReviewPage.svelte") },
  { path: "/cameras", name: "navCameras", load: () => import("../../cameras/CamerasPage.svelte") },
  {
    path: "/line",
    below: /^\/line\/\d+$/,
    name: "navLine",
    load: () => import("../../line/LinePage.svelte"),
  },
  { path: "/models", name: "navModels", load: () => import("../../models/ModelsPage.svelte") },
  { path: "/data", name: "navData", load: () => import("../../data/DataPage.svelte") },
  { path: "/settings", name: "navSettings", load: () => import("../../settings/SettingsPage.svelte") },
];

const missing: Route = {
  path: "",
  name: "missingTitle",
  load: () => import("./MissingPage.svelte"),
};

export function routeOf(path: string): Route {
  return routes.find((route) => route.path === path || route.below?.test(path)) ?? missing;
}

export function isPage(path: string): boolean {
  return routeOf(path) !== missing;
}
