/** Says a failure in the page's language: of a file by its name, or of anything else that was asked. */
import { isolate, translate, type LanguageCode, type Values } from "./i18n";
import type { Failure, Problem } from "./request";
import { book, type TextKey } from "./texts/shell";

export interface Said {
  /** What is wrong. */
  message: string;
  /** What to do about it; may be empty. */
  cure: string;
  /** The server's own English words, where they say more than the message. */
  original: string;
  /** Whether sending the same file again may help. */
  again: boolean;
}

type Say = (key: TextKey, values?: Values) => string;

const known: Readonly<Record<string, { message: TextKey; cure: TextKey }>> = {
  "not-a-picture": { message: "problemNotAPicture", cure: "cureNotAPicture" },
  "damaged-picture": { message: "problemDamaged", cure: "cureDamaged" },
  "picture-too-large": { message: "problemTooLarge", cure: "cureTooLarge" },
  overloaded: { message: "problemBusy", cure: "cureBusy" },
};

const general: Readonly<Record<string, readonly [message: TextKey, cure?: TextKey]>> = {
  overloaded: ["failBusy", "cureBusy"],
  "login-needed": ["failLoginNeeded"],
  "login-refused": ["failLoginRefused"],
  "not-allowed": ["failNotAllowed", "cureNotAllowed"],
  "not-in-catalogue": ["failNotInCatalogue"],
  "unknown-model": ["failUnknownModel"],
  "unknown-job": ["failUnknownJob"],
  "missing-extra": ["failMissingExtra"],
  "database-error": ["failDatabase"],
  "not-here": ["failNotHere"],
  "invalid-request": ["failInvalid"],
};

/** For those who do not read English; to those who do, the server's own words say more. */
const inOtherWords: Readonly<Record<string, TextKey>> = {
  "unknown-run": "failUnknownRun",
  "model-file-error": "failModelFile",
  "dataset-error": "failDataset",
};

// The server's English clauses for what people upload most by mistake; the rest stays in the server's own words.
const received: readonly (readonly [RegExp, TextKey])[] = [
  [/^it starts with (?<text>.+)$/s, "receivedText"],
  [/^it is empty$/, "receivedNothing"],
  [/^it is a PDF document$/, "receivedPdf"],
  [/^it is a (ZIP|7z|RAR|gzip|tar) archive$/, "receivedArchive"],
  [/^it is an? .*video$/, "receivedVideo"],
  [/^it is an SVG drawing$/, "receivedSvg"],
  [/^it is an HTML page$/, "receivedHtml"],
];

export function sayFailure(language: LanguageCode, failure: Failure, name: string): Said {
  const say: Say = (key, values) => translate(book, language, key, { subject: isolate(name), ...values });
  switch (failure.kind) {
    case "network":
      return { message: say("problemNetwork"), cure: say("cureNetwork"), original: "", again: true };
    case "server":
      return sayServer(failure.status, "", say);
    case "problem":
      return sayFile(language, failure.problem, say);
  }
}

function sayFile(language: LanguageCode, problem: Problem, say: Say): Said {
  const { code, status, detail } = problem;
  const words = known[code];
  if (!words && (status >= 500 || status === 408 || status === 429)) return sayServer(status, detail, say);
  if (!words) return { message: say("problemOther"), cure: "", original: detail, again: false };
  const more = sayReceived(problem.received, say) || (language === "en" ? sentence(problem.received) : "");
  const message = [say(words.message), more].filter(Boolean).join(" ");
  const original = language === "en" ? "" : detail;
  return { message, cure: say(words.cure), original, again: code === "overloaded" };
}

/** Says what came of anything but a file. A problem without words of its own keeps the server's. */
export function sayProblem(language: LanguageCode, failure: Failure): Said {
  const say: Say = (key, values) => translate(book, language, key, values);
  if (failure.kind === "network") {
    return { message: say("failNetwork"), cure: say("cureNetwork"), original: "", again: true };
  }
  const status = failure.kind === "server" ? failure.status : failure.problem.status;
  const problem = failure.kind === "problem" ? failure.problem : null;
  const words = problem && general[problem.code];
  const again = status >= 500 || status === 408 || status === 429;
  const original = problem?.detail ?? "";
  if (words) return { message: say(words[0]), cure: words[1] ? say(words[1]) : "", original, again };
  // The server's words name what was received and the cure; to whoever reads English they are the best there is.
  if (problem && status < 500 && language === "en")
    return { message: original, cure: "", original: "", again };
  if (problem && status < 500)
    return { message: say(inOtherWords[problem.code] ?? "failOther"), cure: "", original, again };
  return { message: say("failServer", { status }), cure: say("cureServer"), original, again };
}

function sayServer(status: number, original: string, say: Say): Said {
  return { message: say("problemServer", { status }), cure: say("cureServer"), original, again: true };
}

function sayReceived(clause: string, say: Say): string {
  for (const [pattern, key] of received) {
    const match = pattern.exec(clause);
    if (match) return say(key, { text: isolate(match.groups?.["text"] ?? "") });
  }
  return "";
}

/** A clause of the server's, such as "it has 169 megapixels", as a sentence. */
function sentence(clause: string): string {
  return clause && clause.charAt(0).toUpperCase() + clause.slice(1) + (/[.!?]$/.test(clause) ? "" : ".");
}
