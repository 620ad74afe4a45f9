import { speaker } from "../../shared/language.svelte";
import type { LanguageCode } from "../../shared/i18n";
import { ru as ruFound } from "./doctor.ru";
import { uk as ukFound } from "./doctor.uk";
import { en, enPlurals } from "./en";
import { ru, ruPlurals } from "./ru";
import { uk, ukPlurals } from "./uk";

/** What the doctor found, by the server's code; in English the server's own words are shown. */
export const found: Readonly<Record<LanguageCode, Readonly<Record<string, string>>>> = {
  en: {},
  uk: ukFound,
  ru: ruFound,
};

export type TextKey = keyof typeof en;

export const say = speaker({
  en: { texts: en, plurals: enPlurals },
  uk: { texts: uk, plurals: ukPlurals },
  ru: { texts: ru, plurals: ruPlurals },
});
