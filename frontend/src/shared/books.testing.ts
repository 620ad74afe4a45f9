/** Every book of texts by the page that it belongs to, for the tests that read them all. */
import type { Book, LanguageCode } from "./i18n";
import { book as shared } from "./texts";

const pages = import.meta.glob<{ say: { book: Book } }>(
  ["../*/texts/index.ts", "../line/*/texts/index.ts", "./classify/texts/index.ts"],
  {
    eager: true,
  },
);
const settings = import.meta.glob<{ found: Record<LanguageCode, Record<string, string>> }>(
  "../settings/texts/index.ts",
  { eager: true },
);
/** What the doctor found, by the server's code; in English the server's own words are shown. */
export const found = Object.values(settings)[0]!.found;
export const books: [string, Book][] = [
  ["shared", shared],
  ...Object.entries(pages)
    .filter(([, page]) => "say" in page)
    .map(([path, page]): [string, Book] => [path.split("/").at(-3) ?? "", page.say.book]),
];
