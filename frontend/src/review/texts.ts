/** The texts of the page Review, in the page's language. */
import { book } from "../lib/texts/review";
import { language } from "../shell/language.svelte";

export const say = language.speaker(book);
