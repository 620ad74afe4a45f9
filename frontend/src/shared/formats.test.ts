import { expect, it } from "vitest";

const sources = import.meta.glob<string>(["../**/*.ts", "../**/*.svelte", "!../**/*.test.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
/** Numbers for machines: lines of a drawing, and the value of an input. */
const forMachines = [
  "./components/Logo.svelte",
  "../catalogue/filters/FilterPanel.svelte",
  "../models/Confusion.svelte",
];

it("numbers and dates are written in one module, in the page's language", () => {
  const writers = /\bIntl\.|\.toFixed\(|\.toLocale(?:Date|Time)?String\(|\.toPrecision\(/;
  const places = Object.entries(sources)
    .filter(([path, source]) => path !== "./i18n.ts" && !forMachines.includes(path) && writers.test(source))
    .map(([path]) => path);
  expect(places).toEqual([]);
});
