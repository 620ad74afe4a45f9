import { afterEach, describe, expect, it, vi } from "vitest";
import { edits } from "./edits.svelte";

afterEach(() => vi.unstubAllGlobals());

describe("edits", () => {
  it("that changed nothing are not what is taken back", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (address: string) => {
      asked.push(address.replace("/api/v1/catalogue/", ""));
      const id = asked.length;
      return Response.json({ id, kind: "correct", count: id === 2 ? 0 : 1, skipped: 0, details: {} });
    });
    await edits.do("correct", { ids: [1] }, { label: "cat" }, true);
    await edits.do("correct", { ids: [2] }, { label: "cat" }, true); // deleted in another tab meanwhile
    await edits.undo();
    expect(asked).toEqual(["actions", "actions", "actions/1/undo"]);
  });

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
