/** Says a failure in the page's language. */
import type { Failure, Problem } from "./client";
import { isolate, translate, type LanguageCode, type TextKey } from "./i18n";

export interface Said {
  /** What is wrong, in the page's language where the page has words for it, else in the server's. */
  message: string;
  /** What to do about it; empty where the message says it already. */
  cure: string;
  /** The server's own English words, where they say more than the message. */
  original: string;
  /** Whether sending the same file again may help. */
  again: boolean;
}

const known: Readonly<Record<string, { message: TextKey; cure: TextKey }>> = {
  "not-a-picture": { message: "problemNotAPicture", cure: "cureNotAPicture" },
  "damaged-picture": { message: "problemDamaged", cure: "cureDamaged" },
  "picture-too-large": { message: "problemTooLarge", cure: "cureTooLarge" },
};

export function sayFailure(language: LanguageCode, failure: Failure, name: string): Said {
  const values = { subject: isolate(name) };
  const say = (key: TextKey, more = {}) => translate(language, key, { ...values, ...more });
  switch (failure.kind) {
    case "network":
      return { message: say("problemNetwork"), cure: say("cureNetwork"), original: "", again: true };
    case "server": {
      const message = say("problemServer", { status: failure.status });
      return { message, cure: say("cureServer"), original: "", again: true };
    }
    case "problem":
      return sayProblem(language, failure.problem, say);
  }
}

function sayProblem(
  language: LanguageCode,
  problem: Problem,
  say: (key: TextKey, values?: object) => string,
): Said {
  const words = known[problem.code];
  const again = problem.status >= 500 || problem.status === 429;
  if (!words) return { message: problem.detail, cure: "", original: "", again };
  const received = sayReceived(language, problem.received ?? "", say);
  const message = [say(words.message), received].filter(Boolean).join(" ");
  return { message, cure: say(words.cure), original: language === "en" ? "" : problem.detail, again };
}

/** What the server received. Its English words are used in English only, but a quoted beginning speaks for itself. */
function sayReceived(
  language: LanguageCode,
  received: string,
  say: (key: TextKey, values?: object) => string,
): string {
  const beginning = /^it starts with (.+)$/s.exec(received)?.[1];
  if (beginning) return say("problemStartsWith", { text: isolate(beginning) });
  return received && language === "en" ? say("problemReceived", { received }) : "";
}
