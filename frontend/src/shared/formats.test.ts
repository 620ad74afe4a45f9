import { expect, it } from "vitest";
import { formatDecimal, formatSignificant } from "./i18n";

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

it("decimals follow the language", () => {
  expect(formatDecimal("en", 1234.5, 3)).toBe("1,234.500");
  expect(formatDecimal("uk", 1.25, 1, true)).toBe("+1,3");
  expect(formatDecimal("ru", 0, 1, true)).toBe("0,0");
  expect(formatSignificant("uk", 0.01234, 2)).toBe("0,012");
});
