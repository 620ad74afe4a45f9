import { expect, it } from "vitest";

const sources = import.meta.glob<string>(
  ["../**/*.ts", "../**/*.svelte", "!../**/*.test.ts", "!../api/schema.d.ts"],
  {
    query: "?raw",
    import: "default",
    eager: true,
  },
);
/** Addresses in the markup: a text or template that begins with a slash, or what a function of ours gives. */
const bare = [
  /\b(?:href|src|action|poster)="\/[^"]*"/g,
  /\b(?:href|src|action|poster)=\{[`"']\/[^}]*\}/g,
  /\b(?:href|src|poster)=\{(?:\w+(?:Of|File|Picture|Address))\([^}]*\}/g,
  /"ws"\)\}(?!\$\{at\()[^`]*/g,
  /\b(?:fetch|EventSource|WebSocket|Worker)\(\s*["'`]\/[^)]*/g,
  /\blocation\.(?:href|assign)[ (=]+["'`]\/[^;]*/g,
];

it("every address of the server goes through at(), so that the page works under a prefix", () => {
  const wrong = Object.entries(sources).flatMap(([path, source]) =>
    bare.flatMap((pattern) => [...source.matchAll(pattern)].map((found) => `${path}: ${found[0]}`)),
  );
  expect(wrong).toEqual([]);
  expect(Object.keys(sources).length).toBeGreaterThan(200);
});
