/** Does something on the server and says how it went: a message, or a warning in words. */
import { sayProblem } from "../lib/failures";
import { failureOf } from "../lib/request";
import { language } from "./language.svelte";
import { toasts } from "./toasts.svelte";

/** What went wrong, as one text: the message, the cure, and the server's own words where they say more. */
export function words(error: unknown): string {
  const said = sayProblem(language.code, failureOf(error));
  return [said.message, said.cure, said.original].filter(Boolean).join(" ");
}

/** Whether it was done. */
export async function attempt(work: () => Promise<unknown>, done = ""): Promise<boolean> {
  try {
    await work();
  } catch (error) {
    toasts.warn(words(error));
    return false;
  }
  if (done) toasts.say(done);
  return true;
}
