/** The texts of the page Models, in the page's language; and figures as this page writes them. */
import { say } from "./texts";
import type { Job } from "../shell/jobs.svelte";
import { language } from "../shared/language.svelte";

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

/** What a training on corrections is at, and how far. */
export function stepOf({ state, step, message, done, total }: Job): string {
  if (state === "waiting") return say.text("run_waiting");
  const far = { done: language.number(done), total: language.number(total) };
  const name = step ? say.named("step", step, message, far) : message;
  return total > 0 && step !== "training" ? say.text("stepOf", { step: name, ...far }) : name;
}

/** Seconds as hours and minutes, or minutes and seconds. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
