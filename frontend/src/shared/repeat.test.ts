import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { repeat, sleep } from "./repeat";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("repeat waits for the work before it pauses", async () => {
  const work = vi.fn(() => new Promise((done) => setTimeout(done, 500)));
  const end = repeat(work, 1_000);
  await vi.advanceTimersByTimeAsync(3_100);
  end();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(work).toHaveBeenCalledTimes(3);
});

it("a sleep leaves nothing behind on its signal, and ends early with it", async () => {
  const stop = new AbortController();
  const added = vi.spyOn(stop.signal, "addEventListener");
  const removed = vi.spyOn(stop.signal, "removeEventListener");
  const first = sleep(1_000, stop.signal);
  await vi.advanceTimersByTimeAsync(1_000);
  await first;
  expect(removed.mock.calls).toEqual(added.mock.calls);
  const second = sleep(1_000, stop.signal);
  stop.abort();
  await second;
  expect(vi.getTimerCount()).toBe(0);
});
