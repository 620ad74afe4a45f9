import { describe, expect, it } from "vitest";
import {
  className,
  Formats,
  isolate,
  languageCodes,
  pickLanguage,
  pluralise,
  translate,
  type LanguageCode,
} from "./i18n";
import { say } from "./classify/texts";
import { books, parted } from "./books.testing";

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
const classify = say.book;
const sources = Object.values(
  import.meta.glob<string>(["../**/*.svelte", "../**/*.ts", "!../**/*.test.ts", "!../**/texts/**"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
).join("\n");
class In extends Formats {
  constructor(readonly code: LanguageCode) {
    super();
  }
}
const [en, uk, ru] = [new In("en"), new In("uk"), new In("ru")];
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
    const { texts, plurals } = parted(book, code);
    const english = parted(book, "en");

    it("are all there, none of them empty", () => {
      expect(Object.keys(texts).sort()).toEqual(Object.keys(english.texts).sort());
      expect(Object.keys(plurals).sort()).toEqual(Object.keys(english.plurals).sort());
      for (const [key, text] of Object.entries(texts)) expect(text.trim(), key).not.toBe("");
    });

    it("use the placeholders of the English text", () => {
      for (const [key, text] of Object.entries(texts))
        expect(placeholders(text), key).toEqual(placeholders(english.texts[key] ?? ""));
    });

    it("have every plural form that whole numbers take in the language", () => {
      const rules = new Intl.PluralRules(code);
      const categories = [...new Set(Array.from({ length: 200 }, (_, n) => rules.select(n)))];
      for (const [key, forms] of Object.entries(plurals)) {
        expect(Object.keys(forms), key).toEqual(expect.arrayContaining(categories));
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
    const unused = Object.keys(book.en).filter(
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
    expect(en.percent(0.9312)).toBe("93.1%");
    expect(uk.percent(0.9312).replace(/\s/g, " ")).toBe("93,1%");
    expect(ru.percent(0.9312).replace(/\s/g, " ")).toBe("93,1 %");
    expect(en.bytes(20_000_000_000)).toBe("20 GB");
    expect(en.bytes(8_400_000)).toBe("8.4 MB");
    expect(en.bytes(5_400)).toBe("5 kB");
    expect([0, 1, 300].map((bytes) => en.bytes(bytes))).toEqual(["0 bytes", "1 byte", "300 bytes"]);
    expect(uk.bytes(300)).toBe("300 байтів");
    expect(en.bytes(999_400)).toBe("999 kB");
    expect(en.bytes(999_700)).toBe("1 MB");
  });
  it("of seconds never come to sixty", () => {
    expect(en.seconds(59.97)).toBe("1 min");
    expect(en.seconds(119.96)).toBe("2 min");
    expect(en.seconds(3_599.99)).toBe("1 hr");
    expect(en.seconds(90.04)).toBe("1 min 30 sec");
    expect(en.seconds(0)).toBe("0 sec");
  });
  it("of days have the word in its form", () => {
    expect([1, 2.5].map((days) => en.days(days))).toEqual(["1 day", "2.5 days"]);
    expect([1, 3, 5].map((days) => uk.days(days))).toEqual(["1 день", "3 дні", "5 днів"]);
    expect([1, 3, 0.5].map((days) => ru.days(days))).toEqual(["1 день", "3 дня", "0,5 дня"]);
  });
  it("never round to a certainty that was not claimed", () => {
    expect(en.percent(0.99996)).toBe("> 99.9%");
    expect(en.percent(0.00001)).toBe("< 0.1%");
    expect(en.percent(1)).toBe("100.0%");
    expect(en.percent(0)).toBe("0.0%");
  });
});

describe("a time that has passed", () => {
  it("says it in the largest whole unit, with the language's plural", () => {
    expect(en.ago(5.9)).toBe("5 seconds ago");
    expect(en.ago(7_300)).toBe("2 hours ago");
    expect(uk.ago(60)).toBe("1 хвилину тому");
    expect(ru.ago(3 * 86_400)).toBe("3 дня назад");
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

describe("decimals", () => {
  it("follow the language", () => {
    expect(en.decimal(1234.5, 3)).toBe("1,234.500");
    expect(uk.decimal(1.25, 1, true)).toBe("+1,3");
    expect(ru.decimal(0, 1, true)).toBe("0,0");
    expect(uk.significant(0.01234, 2)).toBe("0,012");
  });
});
