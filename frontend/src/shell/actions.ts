/** Does something on the server and says how it went: a message, or a warning in words. */
import { explain, type Failure } from "../shared/failures";
import { failureOf } from "../api/request";
import { language } from "../shared/language.svelte";
import { toasts } from "./toasts.svelte";

/** What went wrong, as one text: the message and the cure, and the server's own text where they do not say why. */
export function failureText(failure: Failure): string {
  const said = explain(language.code, failure);
  return [said.message, said.cure, said.vague && said.original].filter(Boolean).join(" ");
}

/** What went wrong, by a code that is a reason or a kind of problem; `words`: the server's own, for one of a newer server. */
export const codeText = (code: string, words: string): string =>
  language.named("reason", code, language.named("fail", code, words));

/** The same of something caught. */
export const errorText = (error: unknown): string => failureText(failureOf(error));

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
