import type { Book } from "../i18n";
import { en, enPlurals } from "./en";
import { ru, ruPlurals } from "./ru";
import { uk, ukPlurals } from "./uk";

export type TextKey = keyof typeof en;
export type PluralKey = keyof typeof enPlurals;

export const book: Book<TextKey, PluralKey> = {
  en: { texts: en, plurals: enPlurals },
  uk: { texts: uk, plurals: ukPlurals },
  ru: { texts: ru, plurals: ruPlurals },
};
