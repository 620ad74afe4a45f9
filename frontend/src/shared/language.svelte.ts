/** The page's language, and texts and numbers in it. Changing it changes everything that is shown. */
import {
  className,
  formatAgo,
  formatBytes,
  formatDate,
  formatDays,
  formatDecimal,
  formatList,
  formatMoment,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatSignificant,
  pickLanguage,
  pluralise,
  translate,
  translateCode,
  type Book,
  type LanguageCode,
  type Values,
} from "./i18n";
import { book as shared, type PluralKey, type TextKey } from "./texts";
import { store, stored } from "./storage";

class Language {
  #code = $state<LanguageCode>(pickLanguage(stored("language"), globalThis.navigator?.languages ?? []));
  /** The model's own names for its classes, by label. */
  names = $state.raw<ReadonlyMap<string, Readonly<Record<string, string>>>>(new Map());

  get code(): LanguageCode {
    return this.#code;
  }

  choose(code: LanguageCode): void {
    this.#code = code;
    store("language", code);
  }

  /** A text that all pages share. */
  text(key: TextKey, values?: Values): string {
    return translate(shared, this.#code, key, values);
  }

  counted(key: PluralKey, n: number, values?: Values): string {
    return pluralise(shared, this.#code, key, n, values);
  }

  /** As `Speaker.named`, from the texts that all pages share. */
  named(prefix: string, code: string, otherwise = code): string {
    return translateCode(shared, this.#code, prefix, code) ?? otherwise;
  }

  /** A class's name; "" is none of them. */
  className(label: string): string {
    return label === "" ? this.text("noneOfThese") : className(this.#code, label, this.names);
  }

  percent(share: number, digits = 1): string {
    return formatPercent(this.#code, share, digits);
  }

  number(value: number): string {
    return formatNumber(this.#code, value);
  }

  decimal(value: number, digits: number, sign = false): string {
    return formatDecimal(this.#code, value, digits, sign);
  }

  significant(value: number, digits: number): string {
    return formatSignificant(this.#code, value, digits);
  }

  /** "5 seconds ago" */
  ago(seconds: number): string {
    return formatAgo(this.#code, seconds);
  }

  bytes(value: number): string {
    return formatBytes(this.#code, value);
  }

  /** So many days, with the word. */
  days(value: number): string {
    return formatDays(this.#code, value);
  }

  /** A moment (ISO 8601) as a day with its time. */
  moment(value: string): string {
    return formatMoment(this.#code, value);
  }

  /** A moment (ISO 8601) as a time of day to the millisecond. */
  preciseTime(value: string): string {
    const options = {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
    } as const;
    return formatDate(this.#code, new Date(value), options);
  }

  /** A day with its weekday. */
  longDay(value: Date): string {
    return formatDate(this.#code, value, { dateStyle: "full" });
  }

  /** A day of the week in short; 0 is Monday. */
  weekday(day: number): string {
    return formatDate(this.#code, new Date(2024, 0, 1 + day), { weekday: "short" });
  }

  /** A time span in words. */
  seconds(value: number): string {
    return formatSeconds(this.#code, value);
  }

  monthName(value: Date): string {
    return formatDate(this.#code, value, { month: "long" });
  }

  list(parts: readonly string[]): string {
    return formatList(this.#code, parts);
  }

  day(value: string): string {
    return formatMoment(this.#code, value, false);
  }
}

export const language = new Language();

/** Gives the texts of one page, always in the language that is chosen. */
export interface Speaker<T extends string, P extends string> {
  readonly book: Book<T, P>;
  text(key: T, values?: Values): string;
  counted(key: P, n: number, values?: Values): string;
  /** The text "<prefix>_<code>" for a code of the server; `otherwise` for a code of a newer server. */
  named(prefix: string, code: string, otherwise?: string, values?: Values): string;
}

export function speaker<T extends string, P extends string>(book: Book<T, P>): Speaker<T, P> {
  return {
    book,
    text: (key, values) => translate(book, language.code, key, values),
    counted: (key, n, values) => pluralise(book, language.code, key, n, values),
    named: (prefix, code, otherwise = code, values) =>
      translateCode(book, language.code, prefix, code, values) ?? otherwise,
  };
}
