import { expect, it } from "vitest";
import vectors from "../../../../tests/data/pixel-rule/vectors.json";
import { isResizeRule } from "./resize";
import { cut, isViewsRule, viewsOf } from "./views";

// The test vectors that Python's own tests use; tests/data/pixel-rule/README.md says what they hold.
const packed = import.meta.glob<string>("../../../../tests/data/pixel-rule/*.gz", {
  query: "?inline",
  import: "default",
  eager: true,
});

async function unpacked(name: string): Promise<Uint8Array> {
  const response = await fetch(packed[`../../../../tests/data/pixel-rule/${name}`] ?? "");
  const plain = response.body?.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain ?? null).arrayBuffer());
}

it.each(vectors.cases)("$tensor: the views and their pixels are Python's to the bit", async (given) => {
  const [width = 0, height = 0] = given.decoded_size;
  if (!isResizeRule(given.resize) || !isViewsRule(given.views)) throw new Error("a rule is not known");
  const views = viewsOf(given.views, width, height, given.size);
  expect(views).toEqual(given.boxes);
  const data = await unpacked(given.decoded);
  expect(data.length).toBe(width * height * 3);
  const tensor = cut({ width, height, data }, views, given.size, given.resize);
  expect(tensor).toEqual(await unpacked(given.tensor));
});

it("there are many such cases", () => {
  expect(vectors.cases.length).toBeGreaterThan(20);
});
