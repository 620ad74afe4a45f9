import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Connection } from "./connection.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a server that does not answer is away, within one question, until it answers again", async () => {
  const answers = [false, false, true];
  const asked = vi.fn(() => Promise.resolve(answers.shift() ?? true));
  const connection = new Connection(asked);
  const back = vi.fn();
  connection.onBack(back);
  connection.doubt();
  connection.doubt();
  await vi.advanceTimersByTimeAsync(0);
  expect(connection.away).toBe(true);
  expect(asked).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(4_500);
  expect(connection.away).toBe(false);
  expect(back).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveBeenCalledTimes(3);
});

it("one request that was lost is no reason to call the server away", async () => {
  const connection = new Connection(() => Promise.resolve(true));
  const back = vi.fn();
  const end = connection.onBack(back);
  connection.doubt();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(connection.away).toBe(false);
  expect(back).not.toHaveBeenCalled();
  end();
});
