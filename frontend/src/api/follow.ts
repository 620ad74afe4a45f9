/** Follows what changes by asking for it again and again, one request at a time. Knows no camera. */
import { Refused } from "./request";
import { sleep } from "../shared/repeat";

/** A picture; the next one has a larger number. */
export interface Shot {
  content: Blob;
  number: number;
}

const afterFailure = 2_000; // milliseconds

/** Shows one picture after another, each the newest, the next one `pause` milliseconds after the last was asked for.
 *  Ends with `signal`. */
export async function follow<T extends Shot>(
  ask: (after: number, signal: AbortSignal) => Promise<T | null>,
  show: (shot: T) => void,
  pause: number,
  signal: AbortSignal,
): Promise<void> {
  let after = 0;
  while (!signal.aborted) {
    const began = performance.now();
    let wait = pause;
    try {
      const shot = await ask(after, signal);
      if (signal.aborted) return;
      if (shot) show(shot);
      // A server that was started again counts from the beginning.
      after = shot?.number ?? 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      wait = Math.max(pause, afterFailure);
    }
    await sleep(wait - (performance.now() - began), signal);
  }
}
