import { describe, expect, it } from "vitest";
import { Refused } from "../../api/request";
import type { Entry } from "../../api/types";
import { Entries, type Source } from "./entries.svelte";

/** A server with entries by number, newest first, in pages of four. */
function serverOf(count: number) {
  const server = {
    ids: Array.from({ length: count }, (_, at) => count - at),
    asked: [] as (string | null)[],
    broken: false,
  };
  const source: Source = (after) => {
    server.asked.push(after);
    if (server.broken) return Promise.reject(new Refused({ kind: "network" }));
    const rest = after === null ? server.ids : server.ids.filter((id) => id < Number(after));
    const page = rest.slice(0, 4);
    const next = rest.length > 4 ? String(page.at(-1)) : null;
    return Promise.resolve({ entries: page.map((id) => ({ id, name: `${id}` }) as Entry), next });
  };
  return { server, source };
}

async function opened(count: number, pages: number) {
  const { server, source } = serverOf(count);
  const entries = new Entries();
  await entries.open(source);
  for (let page = 1; page < pages; page += 1) await entries.loadMore();
  server.asked.length = 0;
  return { server, entries };
}

describe("a list of entries", () => {
  it("comes page by page to its end", async () => {
    const { entries } = await opened(10, 3);
    expect(entries.order).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(entries.more).toBe(false);
  });

  it("shows what is new above what is in sight, none twice and none left out", async () => {
    const { server, entries } = await opened(10, 3);
    server.ids = [13, 12, 11, ...server.ids];
    await entries.changed(0, 5);
    expect(entries.order).toEqual([13, 12, 11, 10, 9, 8, 7, 6]);
    expect(entries.more).toBe(true);
    await entries.loadMore();
    await entries.loadMore();
    expect(entries.order).toEqual(server.ids);
  });

  it("asks far down only for what is in sight, and for the rest when it comes into sight", async () => {
    const { server, entries } = await opened(20, 5);
    await entries.changed(9, 10);
    expect(server.asked).toEqual(["13"]);
    server.asked.length = 0;
    await entries.refresh(0, 3);
    expect(server.asked).toEqual([null]);
    await entries.refresh(0, 3);
    expect(server.asked).toEqual([null]);
  });

  it("loses what was taken out", async () => {
    const { server, entries } = await opened(6, 2);
    server.ids = server.ids.filter((id) => id !== 5);
    await entries.changed(0, 5);
    expect(entries.order).toEqual([6, 4, 3, 2, 1]);
  });

  it("tells of a failure, keeps what it has, and goes on when it is over", async () => {
    const { server, entries } = await opened(10, 1);
    server.broken = true;
    await entries.loadMore();
    expect(entries.failure).toEqual({ kind: "network" });
    expect(entries.order).toEqual([10, 9, 8, 7]);
    server.broken = false;
    await entries.loadMore();
    expect(entries.failure).toBeNull();
    expect(entries.order).toHaveLength(8);
  });

  it("is failed when not even its first page came", async () => {
    const { server, source } = serverOf(3);
    server.broken = true;
    const entries = new Entries();
    await entries.open(source);
    expect(entries.state).toBe("failed");
  });
});

describe("what left a list", () => {
  it("is told, but not what is only to be loaded again", async () => {
    const { server, source } = serverOf(20);
    const told: number[][] = [];
    const entries = new Entries((gone) => told.push([...gone]));
    await entries.open(source);
    for (let page = 1; page < 5; page += 1) await entries.loadMore();
    server.ids = [21, ...server.ids.filter((id) => id !== 19)];
    await entries.changed(0, 5);
    expect(entries.order).toEqual([21, 20, 18, 17, 16, 15, 14, 13]);
    expect(told).toEqual([[19]]);
    server.ids = [16, 5];
    await entries.open(source);
    expect(told.at(-1)).toEqual([21, 20, 18, 17, 15, 14, 13]);
  });
});
