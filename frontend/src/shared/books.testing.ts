/** Every book of texts by the page that it belongs to, for the tests that read them all. */
import type { Book } from "./i18n";
import { book as shared } from "./texts";

const pages = import.meta.glob<{ say: { book: Book } }>(
  ["../*/texts/index.ts", "../line/*/texts/index.ts", "./classify/texts/index.ts"],
  {
    eager: true,
  },
);
export const books: [string, Book][] = [
  ["shared", shared],
  ...Object.entries(pages)
    .filter(([, page]) => "say" in page)
    .map(([path, page]): [string, Book] => [path.split("/").at(-3) ?? "", page.say.book]),
];
