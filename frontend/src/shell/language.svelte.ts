/** The page's language, and texts and numbers in it. Changing it changes everything that is shown. */
import {
  className,
  formatBytes,
  formatMoment,
  formatNumber,
  formatPercent,
  pickLanguage,
  pluralise,
  translate,
  type Book,
  type LanguageCode,
  type Values,
} from "../lib/i18n";
import { book as shell, type PluralKey, type TextKey } from "../lib/texts/shell";
import { keep, kept } from "./kept";

/** Speaks from one page's texts, always in the language that is chosen. */
export interface Speaker<T extends string, P extends string> {
  text(key: T, values?: Values): string;
  counted(key: P, n: number, values?: Values): string;
}

class Language {
  #code = $state<LanguageCode>(pickLanguage(kept("language"), navigator.languages));
  /** The model's own names for its classes, by label. */
  names = $state.raw<ReadonlyMap<string, Readonly<Record<string, string>>>>(new Map());

  get code(): LanguageCode {
    return this.#code;
  }

  choose(code: LanguageCode): void {
    this.#code = code;
    keep("language", code);
  }

  /** Speaks from a page's own texts: `export const say = language.speaker(book)`. */
  speaker<T extends string, P extends string>(book: Book<T, P>): Speaker<T, P> {
    return {
      text: (key, values) => translate(book, this.#code, key, values),
      counted: (key, n, values) => pluralise(book, this.#code, key, n, values),
    };
  }

  /** A text that all pages share. */
  text(key: TextKey, values?: Values): string {
    return translate(shell, this.#code, key, values);
  }

  counted(key: PluralKey, n: number, values?: Values): string {
    return pluralise(shell, this.#code, key, n, values);
  }

  /** A class's name; "" is none of them. */
  className(label: string): string {
    return label === "" ? this.text("noneOfThese") : className(this.#code, label, this.names);
  }

  percent(share: number): string {
    return formatPercent(this.#code, share);
  }

  number(value: number): string {
    return formatNumber(this.#code, value);
  }

  bytes(value: number): string {
    return formatBytes(this.#code, value);
  }

  /** A moment (ISO 8601) as a day with its time. */
  moment(value: string): string {
    return formatMoment(this.#code, value);
  }

  day(value: string): string {
    return formatMoment(this.#code, value, false);
  }
}

export const language = new Language();
