/** The page's language, and texts and numbers in it. Changing it changes everything that is shown. */
import {
  className,
  Formats,
  pickLanguage,
  pluralise,
  translate,
  translateCode,
  type Book,
  type LanguageCode,
  type PluralKey,
  type TextKey,
  type Translated,
  type Values,
  type Words,
} from "./i18n";
import { book as shared, type SharedKey, type SharedPluralKey } from "./texts";
import { store, stored } from "./storage";

class Language extends Formats {
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
  text(key: SharedKey, values?: Values): string {
    return translate(shared, this.#code, key, values);
  }

  counted(key: SharedPluralKey, n: number, values?: Values): string {
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
}

export const language = new Language();

/** Gives the texts of one page, always in the language that is chosen. */
export interface Speaker<W extends Words> {
  readonly book: Book<W>;
  text(key: TextKey<W>, values?: Values): string;
  counted(key: PluralKey<W>, n: number, values?: Values): string;
  /** The text "<prefix>_<code>" for a code of the server; `otherwise` for a code of a newer server. */
  named(prefix: string, code: string, otherwise?: string, values?: Values): string;
}

export function speaker<W extends Words>(words: { en: W; uk: Translated<W>; ru: Translated<W> }): Speaker<W> {
  const book = words as Book<W>;
  return {
    book,
    text: (key, values) => translate(book, language.code, key, values),
    counted: (key, n, values) => pluralise(book, language.code, key, n, values),
    named: (prefix, code, otherwise = code, values) =>
      translateCode(book as Book, language.code, prefix, code, values) ?? otherwise,
  };
}
