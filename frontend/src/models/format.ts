/** Figures as the page Models writes them. */
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
