import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Refused } from "./request";
import { follow, type Shot } from "./follow";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const shot = (number: number): Shot => ({ content: new Blob(), number });

it("asks for a picture newer than the last, once in each pause, and stops when told", async () => {
  const asked: number[] = [];
  const shown: number[] = [];
  const stop = new AbortController();
  const answers = [shot(4), shot(9), null, shot(2)];
  const ask = (after: number) => (asked.push(after), Promise.resolve(answers.shift() ?? null));
  const done = follow(ask, ({ number }) => shown.push(number), 1_000, stop.signal);
  await vi.advanceTimersByTimeAsync(3_100);
  stop.abort();
  await done;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(shown).toEqual([4, 9, 2]);
  expect(asked).toEqual([0, 4, 9, 0]);
});

it("never has two requests under way, and shows nothing that comes after it was stopped", async () => {
  let answer: (shot: Shot) => void = () => undefined;
  const ask = vi.fn(() => new Promise<Shot>((done) => (answer = done)));
  const show = vi.fn();
  const stop = new AbortController();
  const done = follow(ask, show, 100, stop.signal);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ask).toHaveBeenCalledTimes(1);
  stop.abort();
  answer(shot(1));
  await done;
  expect(show).not.toHaveBeenCalled();
});

it("goes on after the server refused, more slowly", async () => {
  const ask = vi.fn(() => Promise.reject(new Refused({ kind: "network" })));
  const stop = new AbortController();
  const done = follow(ask, () => undefined, 100, stop.signal);
  await vi.advanceTimersByTimeAsync(4_100);
  stop.abort();
  await done;
  expect(ask).toHaveBeenCalledTimes(3);
});
