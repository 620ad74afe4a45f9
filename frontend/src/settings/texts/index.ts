import { speaker } from "../../shared/language.svelte";
import type { LanguageCode } from "../../shared/i18n";
import { ru as ruFound } from "./doctor.ru";
import { uk as ukFound } from "./doctor.uk";
import { en } from "./en";
import { ru } from "./ru";
import { uk } from "./uk";

/** What the doctor found, by the server's code; in English the server's own words are shown. */
export const found: Readonly<Record<LanguageCode, Readonly<Record<string, string>>>> = {
  en: {},
  uk: ukFound,
  ru: ruFound,
};

export const say = speaker({ en, uk, ru });
