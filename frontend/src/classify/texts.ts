/** The texts of the page Classify, in the page's language. */
import { book } from "../lib/texts/classify";
import { language } from "../shell/language.svelte";

export const say = language.speaker(book);
