import { describe, expect, it } from "vitest";
import {
  className,
  formatAgo,
  formatBytes,
  formatDays,
  formatPercent,
  formatSeconds,
  isolate,
  languageCodes,
  pickLanguage,
  pluralise,
  translate,
} from "./i18n";
import { say } from "./classify/texts";
import { books } from "./books.testing";

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
const classify = say.book;
const sources = Object.values(
  import.meta.glob<string>(["../**/*.svelte", "../**/*.ts", "!../**/*.test.ts", "!../**/texts/**"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
).join("\n");
// Texts that say nothing in any language, or the same in all.
const alike = new Set(["announced", "apiDocs", "pixels"]);

it("there is a book for each page", () => {
  expect(books.map(([name]) => name).sort()).toEqual([
    "cameras",
    "catalogue",
    "classify", // shared/classify
    "classify",
    "data",
    "line",
    "models",
    "notifications",
    "phone",
    "reasons",
    "review",
    "settings",
    "shared",
    "station",
    "teach",
  ]);
});

describe.each(books)("the texts of %s", (_, book) => {
  describe.each(languageCodes)("in %s", (code) => {
    const { texts, plurals } = book[code];
    const english = book.en;

    it("are all there, none of them empty", () => {
      expect(Object.keys(texts).sort()).toEqual(Object.keys(english.texts).sort());
      expect(Object.keys(plurals).sort()).toEqual(Object.keys(english.plurals).sort());
      for (const [key, text] of Object.entries(texts)) expect(text.trim(), key).not.toBe("");
    });

    it("use the placeholders of the English text", () => {
      for (const [key, text] of Object.entries(texts))
        expect(placeholders(text), key).toEqual(placeholders(english.texts[key] ?? ""));
    });

    it("have every plural form that the language has", () => {
      const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
      for (const [key, forms] of Object.entries(plurals)) {
        expect(Object.keys(forms).sort(), key).toEqual([...categories].sort());
        for (const form of Object.values(forms))
          expect(placeholders(form), key).toEqual(placeholders(english.plurals[key]?.other ?? ""));
      }
    });

    it("are not left in English", () => {
      if (code === "en") return;
      const same = Object.keys(texts).filter((key) => texts[key] === english.texts[key] && !alike.has(key));
      expect(same).toEqual([]);
    });
  });

  it("are all used by a page", () => {
    const unused = [...Object.keys(book.en.texts), ...Object.keys(book.en.plurals)].filter(
      (key) => !sources.includes(`"${key}"`) && !sources.includes(`named("${key.split("_")[0] ?? ""}"`),
    );
    expect(unused).toEqual([]);
  });
});

describe("pickLanguage", () => {
  it("takes the first of the browser's languages that the page has", () => {
    expect(pickLanguage(null, ["de-DE", "uk-UA", "en"])).toBe("uk");
  });
  it("prefers what was chosen on the page", () => {
    expect(pickLanguage("ru", ["uk"])).toBe("ru");
  });
  it("falls back to English", () => {
    expect(pickLanguage(null, ["ja"])).toBe("en");
    expect(pickLanguage("klingon", [])).toBe("en");
    expect(pickLanguage("toString", [])).toBe("en");
  });
});

describe("plural forms", () => {
  it("follow the number in Ukrainian and Russian", () => {
    const said = (n: number) => [
      pluralise(classify, "uk", "classified", n),
      pluralise(classify, "ru", "pictures", n),
    ];
    expect(said(1)).toEqual(["Класифіковано 1 зображення.", "1 картинка"]);
    expect(said(3)).toEqual(["Класифіковано 3 зображення.", "3 картинки"]);
    expect(said(11)).toEqual(["Класифіковано 11 зображень.", "11 картинок"]);
    expect(said(21)).toEqual(["Класифіковано 21 зображення.", "21 картинка"]);
  });
  it("take further values", () => {
    expect(pluralise(classify, "en", "progress", 5, { done: 2 })).toBe("2 of 5 pictures done");
  });
});

describe("numbers", () => {
  it("are written as the language writes them", () => {
    expect(formatPercent("en", 0.9312)).toBe("93.1%");
    expect(formatPercent("uk", 0.9312).replace(/\s/g, " ")).toBe("93,1%");
    expect(formatPercent("ru", 0.9312).replace(/\s/g, " ")).toBe("93,1 %");
    expect(formatBytes("en", 20_000_000_000)).toBe("20 GB");
    expect(formatBytes("en", 8_400_000)).toBe("8.4 MB");
    expect(formatBytes("en", 5_400)).toBe("5 kB");
    expect([0, 1, 300].map((bytes) => formatBytes("en", bytes))).toEqual(["0 bytes", "1 byte", "300 bytes"]);
    expect(formatBytes("uk", 300)).toBe("300 байтів");
    expect(formatBytes("en", 999_400)).toBe("999 kB");
    expect(formatBytes("en", 999_700)).toBe("1 MB");
  });
  it("of seconds never come to sixty", () => {
    expect(formatSeconds("en", 59.97)).toBe("1 min");
    expect(formatSeconds("en", 119.96)).toBe("2 min");
    expect(formatSeconds("en", 3_599.99)).toBe("1 hr");
    expect(formatSeconds("en", 90.04)).toBe("1 min 30 sec");
    expect(formatSeconds("en", 0)).toBe("0 sec");
  });
  it("of days have the word in its form", () => {
    expect([1, 2.5].map((days) => formatDays("en", days))).toEqual(["1 day", "2.5 days"]);
    expect([1, 3, 5].map((days) => formatDays("uk", days))).toEqual(["1 день", "3 дні", "5 днів"]);
    expect([1, 3, 0.5].map((days) => formatDays("ru", days))).toEqual(["1 день", "3 дня", "0,5 дня"]);
  });
  it("never round to a certainty that was not claimed", () => {
    expect(formatPercent("en", 0.99996)).toBe("> 99.9%");
    expect(formatPercent("en", 0.00001)).toBe("< 0.1%");
    expect(formatPercent("en", 1)).toBe("100.0%");
    expect(formatPercent("en", 0)).toBe("0.0%");
  });
});

describe("formatAgo", () => {
  it("says it in the largest whole unit, with the language's plural", () => {
    expect(formatAgo("en", 5.9)).toBe("5 seconds ago");
    expect(formatAgo("en", 7_300)).toBe("2 hours ago");
    expect(formatAgo("uk", 60)).toBe("1 хвилину тому");
    expect(formatAgo("ru", 3 * 86_400)).toBe("3 дня назад");
  });
});

describe("className", () => {
  const names = new Map([["dog", { en: "dog", uk: "пес" }]]);
  it("is the model's own name for the class in the page's language", () => {
    expect(className("uk", "dog", names)).toBe("пес");
  });
  it("falls back to English, then to the label", () => {
    expect(className("ru", "dog", names)).toBe("dog");
    expect(className("ru", "yak", names)).toBe("yak");
  });
});

describe("translate", () => {
  it("fills in the values and leaves a text with braces in a value alone", () => {
    expect(translate(classify, "en", "removed", { name: "{name}.jpg" })).toBe("{name}.jpg removed.");
  });
  it("isolates a file name that would turn the sentence round", () => {
    expect(isolate("a\u202Egpj.exe")).toBe("\u2068a\u202Egpj.exe\u2069");
  });
});
