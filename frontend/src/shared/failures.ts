/** Explains a failure in the page's language by the code that the server gave it. Knows no server. */
import { fill, formatNumber, isolate, translateCode, type LanguageCode } from "./i18n";
import { book, problems } from "./texts";

/** A problem as the server describes it (RFC 9457), as far as it is shown. */
export interface Problem {
  code: string;
  /** What was received, or why it failed; may be empty. */
  reason: string;
  /** The values that a text for the reason names. */
  params: Readonly<Record<string, string | number>>;
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
  /** Whether the message says no more than that it failed, so that only `original` says why. */
  vague: boolean;
  /** Whether the same request may succeed later. */
  again: boolean;
}

/** Kinds of problems that may mean many things: their reason says which. */
const broad =
  /^(tenfold|picture|model-file|dataset|training|setting|usage|camera|database|catalogue|folder|registry|account|job|request|outbox|delivery|line)-error$|^(bad-upload|invalid-request|not-allowed)$/;

/** `file`: the name of the file that was to be classified or added. */
export function explain(language: LanguageCode, failure: Failure, file = ""): Explanation {
  const problem = failure.kind === "problem" ? failure.problem : null;
  const status = problem?.status ?? (failure.kind === "server" ? failure.status : 0);
  const again = status === 0 || status >= 500 || status === 408 || status === 429;
  if (problem && (status < 500 || status === 501) && language === "en") {
    const received = problem.received && ` (${problem.received})`;
    const message = `${problem.subject} ${problem.problem}${received}.`;
    return { message, cure: problem.cure, original: "", vague: false, again };
  }
  const code = problem?.code ?? failure.kind;
  const params = Object.entries(problem?.params ?? {}).map(([name, value]) => [
    name,
    typeof value === "number" ? formatNumber(language, value) : isolate(value),
  ]);
  const values = { ...Object.fromEntries(params), subject: isolate(file), status };
  const named = (prefix: string, name = code) => translateCode(book, language, prefix, name, values) ?? "";
  const exact = problems[language][problem?.reason ?? ""];
  if (exact) return { message: fill(exact, values), cure: "", original: "", vague: false, again };
  const sort = status >= 500 ? "server" : "other";
  const message = file ? named("picture") || named("picture", sort) : named("fail") || named("fail", sort);
  const more = file && !named("picture") && sort === "other" ? named("fail") : "";
  const reason = named("reason", problem?.reason ?? "");
  return {
    message: [message, more, reason].filter(Boolean).join(" "),
    cure: named("cure") || (sort === "server" ? named("cure", "server") : ""),
    original: problem?.detail ?? "",
    vague: !reason && (broad.test(code) || !named("fail")),
    again,
  };
}
