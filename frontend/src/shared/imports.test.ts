import { expect, it } from "vitest";

const sources = import.meta.glob<string>(["./**/*.ts", "./**/*.svelte", "./**/*.css"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const packages = new Set(["svelte", "svelte/elements", "svelte/events", "svelte/reactivity", "vitest"]);

it("the shared components import nothing of the app, so that another app can use them", () => {
  const wrong = Object.entries(sources).flatMap(([path, source]) => {
    const depth = path.split("/").length - 2; // folders below shared/
    return [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)]
      .map((found) => found[1] ?? "")
      .filter((name) => !packages.has(name))
      .filter((name) => !name.startsWith(".") || name.split("/").filter((one) => one === "..").length > depth)
      .map((name) => `${path}: ${name}`);
  });
  expect(wrong).toEqual([]);
  expect(Object.keys(sources).length).toBeGreaterThan(40);
});

it("they send nothing anywhere", () => {
  const senders = /\bfetch\(|XMLHttpRequest|EventSource|"\/api\//;
  const wrong = Object.entries(sources).filter(
    ([path, source]) => !path.endsWith(".test.ts") && senders.test(source),
  );
  expect(wrong.map(([path]) => path)).toEqual([]);
});
