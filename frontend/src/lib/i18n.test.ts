import { describe, expect, it } from "vitest";
import {
  className,
  formatBytes,
  formatPercent,
  isolate,
  languageCodes,
  languages,
  pickLanguage,
  pluralise,
  translate,
  type PluralKey,
  type TextKey,
} from "./i18n";

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe.each(languageCodes)("texts in %s", (code) => {
  const { texts, plurals } = languages[code];

  it("has every text, none of them empty", () => {
    expect(Object.keys(texts).sort()).toEqual(Object.keys(languages.en.texts).sort());
    for (const [key, text] of Object.entries(texts)) expect(text.trim(), key).not.toBe("");
  });

  it("uses the placeholders of the English text", () => {
    for (const key of Object.keys(texts) as TextKey[])
      expect(placeholders(texts[key]), key).toEqual(placeholders(languages.en.texts[key]));
  });

  it("has every plural form that the language has", () => {
    const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [key, forms] of Object.entries(plurals)) {
      expect(Object.keys(forms).sort(), key).toEqual([...categories].sort());
      for (const form of Object.values(forms))
        expect(placeholders(form), key).toEqual(placeholders(languages.en.plurals[key as PluralKey].other));
    }
  });

  it("is not left in English", () => {
    if (code === "en") return;
    const same = (Object.keys(texts) as TextKey[]).filter((key) => texts[key] === languages.en.texts[key]);
    expect(same.sort()).toEqual(["announced", "apiDocs", "pixels"]);
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
    const said = (n: number) => [pluralise("uk", "classified", n), pluralise("ru", "pictures", n)];
    expect(said(1)).toEqual(["Класифіковано 1 зображення.", "1 картинка"]);
    expect(said(3)).toEqual(["Класифіковано 3 зображення.", "3 картинки"]);
    expect(said(11)).toEqual(["Класифіковано 11 зображень.", "11 картинок"]);
    expect(said(21)).toEqual(["Класифіковано 21 зображення.", "21 картинка"]);
  });
  it("take further values", () => {
    expect(pluralise("en", "progress", 5, { done: 2 })).toBe("2 of 5 pictures done");
  });
});

describe("numbers", () => {
  it("are written as the language writes them", () => {
    expect(formatPercent("en", 0.9312)).toBe("93.1%");
    expect(formatPercent("uk", 0.9312).replace(/\s/g, " ")).toBe("93,1%");
    expect(formatPercent("ru", 0.9312).replace(/\s/g, " ")).toBe("93,1 %");
    expect(formatBytes("en", 8_400_000)).toBe("8.4 MB");
    expect(formatBytes("en", 5_400)).toBe("5 kB");
  });
  it("never round to a certainty that was not claimed", () => {
    expect(formatPercent("en", 0.99996)).toBe("> 99.9%");
    expect(formatPercent("en", 0.00001)).toBe("< 0.1%");
    expect(formatPercent("en", 1)).toBe("100.0%");
    expect(formatPercent("en", 0)).toBe("0.0%");
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
    expect(translate("en", "removed", { name: "{name}.jpg" })).toBe("{name}.jpg removed.");
  });
  it("isolates a file name that would turn the sentence round", () => {
    expect(isolate("a\u202Egpj.exe")).toBe("\u2068a\u202Egpj.exe\u2069");
  });
});

describe("the texts", () => {
  it("are all used by the page", () => {
    const sources = import.meta.glob<string>(
      ["../**/*.svelte", "../**/*.ts", "!../**/*.test.ts", "!./texts/*"],
      {
        query: "?raw",
        import: "default",
        eager: true,
      },
    );
    const page = Object.values(sources).join("\n");
    const unused = Object.keys(languages.en.texts).filter((key) => !page.includes(`"${key}"`));
    expect(unused).toEqual([]);
  });
});
