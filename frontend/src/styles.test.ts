import { expect, it } from "vitest";

const sheets = Object.entries(
  import.meta.glob<string>("./**/*.css", { query: "?raw", import: "default", eager: true }),
);
const components = Object.values(
  import.meta.glob<string>(["./**/*.svelte", "./**/*.ts"], { query: "?raw", import: "default", eager: true }),
).join("\n");

it("every class of the shared style sheets is used; svelte-check sees to those of components", () => {
  const unused = sheets.flatMap(([path, sheet]) =>
    [...sheet.matchAll(/\.([a-z][\w-]*)(?=[\s.:,{>[)])/g)]
      .map((found) => found[1] ?? "")
      .filter((name) => !new RegExp(`["'\\s\`]${name}["'\\s\`]|class:${name}\\b`).test(components))
      .map((name) => `${path}: .${name}`),
  );
  expect(unused).toEqual([]);
  expect(sheets.filter(([, sheet]) => sheet.includes("{"))).toHaveLength(4);
});
