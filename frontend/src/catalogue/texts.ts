/** The texts of the catalogue and the review, in the page's language. */
import { book } from "../lib/texts/catalogue";
import { language } from "../shell/language.svelte";

export const say = language.speaker(book);
