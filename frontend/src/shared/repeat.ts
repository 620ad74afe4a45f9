/** Does something again and again, while the page is in sight. Knows no server. */
import { untrack } from "svelte";
import { on } from "svelte/events";
import { createSubscriber } from "svelte/reactivity";

const follow = createSubscriber((changed) => on(document, "visibilitychange", changed));

/** Whether somebody can see the page: it is in front of the other tabs. */
export function inSight(): boolean {
  follow();
  return document.visibilityState === "visible";
}

/** Calls `work`, and again `pause` milliseconds after it has ended, but not while the page is out of sight; for an
 *  `$effect`, as it gives the function that ends it. */
export const repeatInSight = (work: () => Promise<unknown>, pause: number) =>
  inSight() ? untrack(() => repeat(work, pause)) : undefined;

/** Calls `work`, and again `pause` milliseconds after it has ended; gives the function that ends it. */
export function repeat(work: () => Promise<unknown>, pause: number): () => void {
  const stop = new AbortController();
  void (async () => {
    while (!stop.signal.aborted) {
      await work();
      await sleep(pause, stop.signal);
    }
  })();
  return () => stop.abort();
}

/** Ends early with `signal`. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end); // one signal outlives many sleeps
      done();
    };
    const timer = setTimeout(end, Math.max(0, milliseconds));
    signal.addEventListener("abort", end);
  });
}
