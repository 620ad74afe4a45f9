/** Does something on the server and says how it went: a message, or a warning in words. */
import { explain } from "../shared/failures";
import { failureOf } from "../api/request";
import { language } from "../shared/language.svelte";
import { toasts } from "./toasts.svelte";

/** What went wrong, as one text: the message, the cure, and the server's own text where they say more. */
export function errorText(error: unknown): string {
  const said = explain(language.code, failureOf(error));
  return [said.message, said.cure, said.original].filter(Boolean).join(" ");
}

/** Whether it was done. */
export async function attempt(work: () => Promise<unknown>, done = ""): Promise<boolean> {
  try {
    await work();
  } catch (error) {
    toasts.warn(errorText(error));
    return false;
  }
  if (done) toasts.say(done);
  return true;
}
