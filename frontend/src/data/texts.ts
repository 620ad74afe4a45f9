/** The texts of the page Data, in the page's language. */
import { book } from "../lib/texts/data";
import { language } from "../shell/language.svelte";

export const say = language.speaker(book);
