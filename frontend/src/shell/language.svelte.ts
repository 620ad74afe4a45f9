/** The page's language, and texts and numbers in it. Changing it changes everything that is shown. */
import {
  className,
  formatBytes,
  formatNumber,
  formatPercent,
  pickLanguage,
  pluralise,
  translate,
  type LanguageCode,
  type PluralKey,
  type TextKey,
  type Values,
} from "../lib/i18n";
import { keep, kept } from "./kept";

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

  text(key: TextKey, values?: Values): string {
    return translate(this.#code, key, values);
  }

  counted(key: PluralKey, n: number, values?: Values): string {
    return pluralise(this.#code, key, n, values);
  }

  className(label: string): string {
    return className(this.#code, label, this.names);
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
}

export const language = new Language();
