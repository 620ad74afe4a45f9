/** Figures as the page Models writes them. */
import { language } from "../shared/language.svelte";

/** A difference of shares in percentage points, with its sign. */
export function points(value: number): string {
  return language.decimal(100 * value, 1, true);
}

interface Pair {
  first: string;
  second: string;
  /** The second's accuracy minus the first's. */
  difference: number;
  low: number;
  high: number;
}

/** A difference of two models as seen by the one that is ahead. */
export function fromAhead({ first, second, difference, low, high }: Pair) {
  return difference < 0
    ? { ahead: first, behind: second, difference: -difference, low: -high, high: -low }
    : { ahead: second, behind: first, difference, low, high };
}

/** How likely something is by luck: no more digits than it deserves. */
export function chance(p: number): string {
  return p < 0.001 ? `< ${language.significant(0.001, 2)}` : `= ${language.significant(p, 2)}`;
}

/** Pictures kept back up to which it is said that so few show large differences alone: of about 100. */
export const fewKeptBack = 20;
export const enoughCorrected = 100;
