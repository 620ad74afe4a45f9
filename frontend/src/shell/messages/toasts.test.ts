import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { announcer } from "../../shared/announcer.svelte";
import { toasts } from "./toasts.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  toasts.closeAll();
  vi.useRealTimers();
});

it("a warning is there until it is closed, however many messages come after it", () => {
  const warning = toasts.warn("The disk is full.");
  for (let n = 0; n < 20; n += 1) toasts.say(`message ${n}`);
  expect(toasts.list.map(({ text }) => text)).toContain("The disk is full.");
  vi.advanceTimersByTime(60_000);
  expect(toasts.list.map(({ text }) => text)).toEqual(["The disk is full."]);
  toasts.close(warning);
  expect(toasts.list).toEqual([]);
});

it("each message is announced, with what can be done about it", () => {
  toasts.undoable("3 pictures deleted.", () => undefined);
  expect(announcer.text).toMatch(/^3 pictures deleted\. \p{L}+\.$/u);
});
