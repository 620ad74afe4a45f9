import { speaker } from "../../../shared/language.svelte";
import { en, enPlurals } from "./en";
import { ru, ruPlurals } from "./ru";
import { uk, ukPlurals } from "./uk";

export const say = speaker({
  en: { texts: en, plurals: enPlurals },
  uk: { texts: uk, plurals: ukPlurals },
  ru: { texts: ru, plurals: ruPlurals },
});
