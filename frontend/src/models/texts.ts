/** The texts of the page Models, in the page's language; and figures as this page writes them. */
import { book, type TextKey } from "../lib/texts/models";
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
  return p < 0.001 ? `< ${format.format(0.001)}` : format.format(p);
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

const origins: Readonly<Record<string, TextKey>> = {
  bundled: "origin_bundled",
  file: "origin_file",
  run: "origin_run",
  corrections: "origin_corrections",
};
export const originName = (origin: string, run: string | null): string =>
  say.text(origins[origin] ?? "origin_file", { run: run ?? "" });
