/** Repeats a request for as long as the server cannot be reached, is too busy, or wants to know who is there. */
import { Refused } from "./request";

const firstWait = 1_000; // milliseconds
const longestWait = 15_000;
const passing = [0, 401, 408, 429, 502, 503, 504];

/** Whether the same request may be answered later. */
export const passes = (error: unknown): boolean => error instanceof Refused && passing.includes(error.status);

/** onwait: called before each pause. Throws what is not passing, or the signal's reason. */
export async function patiently<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  onwait: () => void = () => undefined,
): Promise<T> {
  for (let wait = firstWait; ; wait = Math.min(longestWait, wait * 2)) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!passes(error)) throw error;
      onwait();
      await pause(wait, signal);
      signal.throwIfAborted();
    }
  }
}

/** Ends early when the network is back, or at the signal. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((done) => {
    const ended = new AbortController();
    const end = () => (clearTimeout(timer), ended.abort(), done());
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end, { signal: ended.signal });
    if (typeof addEventListener === "function") addEventListener("online", end, { signal: ended.signal });
  });
}
