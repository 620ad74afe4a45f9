/** Does something on the server and says how it went: a message, or a warning in words. */
import { explain, type Failure, type Problem } from "../shared/failures";
import { failureOf } from "../api/request";
import { language } from "../shared/language.svelte";
import { toasts } from "./messages/toasts.svelte";

/** What went wrong, as one text: the message and the cure, and the server's own text where they do not say why. */
export function failureText(failure: Failure): string {
  const said = explain(language.code, failure);
  return [said.message, said.cure, said.vague && said.original].filter(Boolean).join(" ");
}

/** A fault that the server keeps: in English in its own words, else by the problem that it is, or by its code. */
export function faultText(fault: { code: string; words: string; problem: Problem | null }): string {
  if (language.code === "en") return fault.words;
  if (fault.problem) return failureText({ kind: "problem", problem: fault.problem });
  return language.named("reason", fault.code, language.named("fail", fault.code, fault.words));
}

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
