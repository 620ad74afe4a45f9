/** Explains a failure in the page's language by the code that the server gave it. Knows no server. */
import { isolate, translateCode, type LanguageCode } from "./i18n";
import { book } from "./texts";

/** A problem as the server describes it (RFC 9457), as far as it is shown. */
export interface Problem {
  code: string;
  /** What was received, or why it failed; may be empty. */
  reason: string;
  status: number;
  detail: string;
  subject: string;
  problem: string;
  received: string;
  cure: string;
}

/** Why there is no answer: the server named a problem, answered without one, or did not answer. */
export type Failure =
  { kind: "problem"; problem: Problem } | { kind: "server"; status: number } | { kind: "network" };

export interface Explanation {
  /** What is wrong. */
  message: string;
  /** What to do about it; may be empty. */
  cure: string;
  /** The server's own English text, where it says more than the message. */
  original: string;
  /** Whether the same request may succeed later. */
  again: boolean;
}

/** `file`: the name of the file that was to be classified or added. */
export function explain(language: LanguageCode, failure: Failure, file = ""): Explanation {
  const problem = failure.kind === "problem" ? failure.problem : null;
  const status = problem?.status ?? (failure.kind === "server" ? failure.status : 0);
  const again = status === 0 || status >= 500 || status === 408 || status === 429;
  if (problem && status < 500 && language === "en") {
    const received = problem.received && ` (${problem.received})`;
    const message = `${problem.subject} ${problem.problem}${received}.`;
    return { message, cure: problem.cure, original: "", again };
  }
  const code = problem?.code ?? failure.kind;
  const named = (prefix: string, name = code) =>
    translateCode(book, language, prefix, name, { subject: isolate(file), status }) ?? "";
  const sort = status >= 500 ? "server" : "other";
  const message = file ? named("picture") || named("picture", sort) : named("fail") || named("fail", sort);
  const more = file && !named("picture") && sort === "other" ? named("fail") : "";
  return {
    message: [message, more, named("reason", problem?.reason ?? "")].filter(Boolean).join(" "),
    cure: named("cure") || (sort === "server" ? named("cure", "server") : ""),
    original: problem?.detail ?? "",
    again,
  };
}
