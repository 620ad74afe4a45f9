/** Every book of texts by the page that it belongs to, for the tests that read them all. */
import type { Book, LanguageCode, PluralForms } from "./i18n";
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
/** The texts of a page in a language: plain ones, and those with a form for each kind of number. */
interface Parted {
  texts: Record<string, string>;
  plurals: Record<string, PluralForms>;
}
export const books: [string, Book][] = [
  ["shared", shared],
  ...Object.entries(pages)
    .filter(([, page]) => "say" in page)
    .map(([path, page]): [string, Book] => [path.split("/").at(-3) ?? "", page.say.book]),
];
export function parted(book: Book, code: LanguageCode): Parted {
  const all = Object.entries(book[code]);
  return {
    texts: Object.fromEntries(all.filter((one): one is [string, string] => typeof one[1] === "string")),
    plurals: Object.fromEntries(
      all.filter((one): one is [string, PluralForms] => typeof one[1] !== "string"),
    ),
  };
}
