import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { repeat } from "./repeat";

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
