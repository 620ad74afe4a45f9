import { expect, it, vi } from "vitest";
import { withNewest } from "./newest-first.svelte";

vi.mock("../addresses/router.svelte", () => ({ router: {} }));

const isOlder = (one: { id: number }, other: { id: number }) => one.id < other.id;
const row = (id: number, state = "open") => ({ id, state });

it("new rows come first, changed ones are changed, and deleted ones go", () => {
  const list = [row(4), row(3), row(2), row(1)];
  const newest = [row(5), row(4, "ended"), row(2)];
  expect(withNewest(list, newest, false, isOlder)).toEqual([...newest, row(1)]);
  expect(withNewest(list, newest, true, isOlder)).toEqual(newest);
  expect(withNewest(list, [], false, isOlder)).toEqual([]);
});
