/** Texts, numbers and plural forms in three languages. Knows nothing of the page that shows them. */
import { en, enPlurals } from "./texts/en";
import { ru, ruPlurals } from "./texts/ru";
import { uk, ukPlurals } from "./texts/uk";

export type TextKey = keyof typeof en;
export type PluralKey = keyof typeof enPlurals;
export type Texts = Readonly<Record<TextKey, string>>;
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type Plurals = Readonly<Record<PluralKey, PluralForms>>;
export type Values = Readonly<Record<string, string | number>>;

/** Every language of the page, in the order of the switch. `own` is its name in itself. */
export const languages = {
  en: { own: "English", short: "EN", texts: en as Texts, plurals: enPlurals as Plurals },
  uk: { own: "Українська", short: "УК", texts: uk, plurals: ukPlurals },
  ru: { own: "Русский", short: "РУ", texts: ru, plurals: ruPlurals },
} as const;

export type LanguageCode = keyof typeof languages;

export const languageCodes = Object.keys(languages) as LanguageCode[];

export function isLanguage(code: string): code is LanguageCode {
  return Object.hasOwn(languages, code);
}

/** The kept choice if there is one, else the first language of the browser that the page has, else English. */
export function pickLanguage(kept: string | null, preferred: readonly string[]): LanguageCode {
  for (const tag of [kept ?? "", ...preferred]) {
    const code = tag.toLowerCase().split("-")[0] ?? "";
    if (isLanguage(code)) return code;
  }
  return "en";
}

export function translate(language: LanguageCode, key: TextKey, values: Values = {}): string {
  return fill(languages[language].texts[key], values);
}

/** The form of a text that fits the number `n`. */
export function pluralise(language: LanguageCode, key: PluralKey, n: number, values: Values = {}): string {
  const forms = languages[language].plurals[key];
  const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
  return fill(form, { n: formatNumber(language, n), ...values });
}

export function formatNumber(language: LanguageCode, value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A share as a percentage that never claims all or nothing: 0.99996 is "> 99.9%", 0.0001 is "< 0.1%". */
export function formatPercent(language: LanguageCode, share: number): string {
  const format = new Intl.NumberFormat(language, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  if (share > 0.9995 && share < 1) return `> ${format.format(0.999)}`;
  if (share < 0.0005 && share > 0) return `< ${format.format(0.001)}`;
  return format.format(share);
}

export function formatBytes(language: LanguageCode, bytes: number): string {
  const large = bytes >= 1e6;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: large ? "megabyte" : "kilobyte",
    maximumFractionDigits: large ? 1 : 0,
  }).format(bytes / (large ? 1e6 : 1e3));
}

/** A class's name in the page's language, else in English, else its label. */
export function className(
  language: LanguageCode,
  label: string,
  names: ReadonlyMap<string, Readonly<Record<string, string>>>,
): string {
  const known = names.get(label);
  return known?.[language] ?? known?.["en"] ?? label;
}

/**
 * Keeps a foreign text, such as a file name, from turning round the text it stands in:
 * wrapped in the invisible marks "first strong isolate" and "pop directional isolate".
 */
export function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
