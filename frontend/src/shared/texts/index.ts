import type { Book, LanguageCode } from "../i18n";
import { en, enPlurals } from "./en";
import { ru as ruProblems } from "./problems.ru";
import { uk as ukProblems } from "./problems.uk";
import { ru, ruPlurals } from "./ru";
import { uk, ukPlurals } from "./uk";

export type TextKey = keyof typeof en;
export type PluralKey = keyof typeof enPlurals;

export const book: Book<TextKey, PluralKey> = {
  en: { texts: en, plurals: enPlurals },
  uk: { texts: uk, plurals: ukPlurals },
  ru: { texts: ru, plurals: ruPlurals },
};

/** What in particular went wrong, by the server's reason; in English the server's own words are shown. */
export const problems: Readonly<Record<LanguageCode, Readonly<Record<string, string>>>> = {
  en: {},
  uk: ukProblems,
  ru: ruProblems,
};
