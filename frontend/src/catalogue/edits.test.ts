import { afterEach, describe, expect, it, vi } from "vitest";
import { edits } from "./edits.svelte";

afterEach(() => vi.unstubAllGlobals());

describe("edits", () => {
  it("are made one after another, so that an undo takes back the last that was asked for", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (address: string) => {
      asked.push(address.replace("/api/v1/catalogue/", ""));
      const id = asked.length;
      await new Promise((done) => setTimeout(done, id === 1 ? 20 : 0));
      return Response.json({ id, kind: "delete", count: 1, skipped: 0, details: {} });
    });
    await Promise.all([
      edits.do("delete", { ids: [1] }, {}, true),
      edits.do("delete", { ids: [2] }, {}, true),
      edits.undo(),
    ]);
    expect(asked).toEqual(["actions", "actions", "actions/2/undo"]);
  });
});
