/** The texts of the page Models, in the page's language; and figures as this page writes them. */
import { book, type TextKey } from "../lib/texts/models";
import type { Job } from "../shell/jobs.svelte";
import { language } from "../shell/language.svelte";

export const say = language.speaker(book);

/** A difference of shares in percentage points, with its sign. */
export function points(value: number): string {
  const format = new Intl.NumberFormat(language.code, {
    signDisplay: "exceptZero",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  return format.format(100 * value);
}

/** How likely something is by luck: no more digits than it deserves. */
export function chance(p: number): string {
  const format = new Intl.NumberFormat(language.code, { maximumSignificantDigits: 2 });
  return p < 0.001 ? `< ${format.format(0.001)}` : `= ${format.format(p)}`;
}

/** Pictures kept back up to which it is said that so few show large differences alone: of about 100. */
export const fewKeptBack = 20;
export const enoughCorrected = 100;

// What the server says of the work at hand, in its own words.
const steps: Readonly<Record<string, TextKey>> = {
  "writing the pictures": "step_writing",
  "reading the model's own pictures": "step_reading",
  "asking the live model about corrected pictures": "step_old",
  "asking the new model about corrected pictures": "step_new",
  "asking the live model about its own test pictures": "step_old_own",
  "asking the new model about its own test pictures": "step_new_own",
};

/** What a training on corrections is at, and how far. */
export function stepOf({ state, message, done, total }: Job): string {
  if (state === "waiting") return say.text("run_waiting");
  const key = steps[message];
  const far = { done: language.number(done), total: language.number(total) };
  if (message.startsWith("training, ")) return say.text("step_training", far);
  if (!key) return message;
  return total > 0 ? say.text("step_of", { step: say.text(key), ...far }) : say.text(key);
}

/** Seconds as hours and minutes, or minutes and seconds. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const reasons: Readonly<Record<string, TextKey>> = {
  start: "reason_start",
  chosen: "reason_chosen",
  won: "reason_won",
  insisted: "reason_insisted",
  rollback: "reason_rollback",
};
export const reasonName = (reason: string): string => say.text(reasons[reason] ?? "reason_chosen");

const verdicts = {
  better: "verdict_better",
  worse: "verdict_worse",
  "no-difference": "verdict_none",
} as const;
export const verdictName = (verdict: keyof typeof verdicts): string => say.text(verdicts[verdict]);

const origins: Readonly<Record<string, TextKey>> = {
  bundled: "origin_bundled",
  file: "origin_file",
  run: "origin_run",
  corrections: "origin_corrections",
};
export const originName = (origin: string, run: string | null): string =>
  say.text(origins[origin] ?? "origin_file", { run: run ?? "" });
