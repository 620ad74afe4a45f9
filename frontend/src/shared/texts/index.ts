import type { LanguageCode, PluralKey, TextKey } from "../i18n";
import { en } from "./en";
import { ru as ruProblems } from "./problems.ru";
import { uk as ukProblems } from "./problems.uk";
import { ru } from "./ru";
import { uk } from "./uk";

export const book = { en, uk, ru };
export type SharedKey = TextKey<typeof en>;
export type SharedPluralKey = PluralKey<typeof en>;

/** What in particular went wrong, by the server's reason; in English the server's own words are shown. */
export const problems: Readonly<Record<LanguageCode, Readonly<Record<string, string>>>> = {
  en: {},
  uk: ukProblems,
  ru: ruProblems,
};
