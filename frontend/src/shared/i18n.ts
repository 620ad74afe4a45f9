/** Plural forms, numbers and names in three languages. Knows no text of its own: those come as books, one a page. */

type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type Values = Readonly<Record<string, string | number>>;

/** The texts of one page in one language: plain ones, and those with a form for each kind of number. */
export interface Words<T extends string = string, P extends string = string> {
  texts: Readonly<Record<T, string>>;
  plurals: Readonly<Record<P, PluralForms>>;
}
/** The texts of one page in every language. */
export type Book<T extends string = string, P extends string = string> = Readonly<
  Record<LanguageCode, Words<T, P>>
>;
/** Texts with the keys of the English ones. */
export type Translated<E> = Readonly<Record<keyof E, string>>;
export type Forms<E> = Readonly<Record<keyof E, PluralForms>>;

/** Every language of the page, in the order of the switch. `own` is its name in itself. */
export const languages = {
  en: { own: "English", short: "EN" },
  uk: { own: "Українська", short: "УК" },
  ru: { own: "Русский", short: "РУ" },
} as const;

export type LanguageCode = keyof typeof languages;

export const languageCodes = Object.keys(languages) as LanguageCode[];

function isLanguage(code: string): code is LanguageCode {
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

export function translate<T extends string>(
  book: Book<T>,
  language: LanguageCode,
  key: T,
  values: Values = {},
): string {
  return fill(book[language].texts[key], values);
}

/** The text "<prefix>_<code>" (a "-" of the code is a "_" of the key); null where there is none. */
export function translateCode<T extends string>(
  book: Book<T>,
  language: LanguageCode,
  prefix: string,
  code: string,
  values: Values = {},
): string | null {
  const key = `${prefix}_${code.replaceAll("-", "_")}`;
  const texts: Readonly<Record<string, string>> = book[language].texts;
  return Object.hasOwn(texts, key) ? fill(texts[key] ?? "", values) : null;
}

/** The form of a text that fits the number `n`. */
export function pluralise<P extends string>(
  book: Book<string, P>,
  language: LanguageCode,
  key: P,
  n: number,
  values: Values = {},
): string {
  const forms = book[language].plurals[key];
  const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
  return fill(form, { n: formatNumber(language, n), ...values });
}

export function formatNumber(language: LanguageCode, value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A number with so many digits after the point; `sign`: with a plus where it is more than nothing. */
export function formatDecimal(language: LanguageCode, value: number, digits: number, sign = false): string {
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: sign ? "exceptZero" : "auto",
  }).format(value);
}

/** A number with no more than so many digits that say something: 0.0123 is "0.012" of two. */
export function formatSignificant(language: LanguageCode, value: number, digits: number): string {
  return new Intl.NumberFormat(language, { maximumSignificantDigits: digits }).format(value);
}

/** A share as a percentage that never claims all or nothing: 0.99996 is "> 99.9%", 0.0001 is "< 0.1%". */
export function formatPercent(language: LanguageCode, share: number, digits = 1): string {
  const format = new Intl.NumberFormat(language, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const least = 10 ** (-2 - digits);
  if (share > 1 - least / 2 && share < 1) return `> ${format.format(1 - least)}`;
  if (share < least / 2 && share > 0) return `< ${format.format(least)}`;
  return format.format(share);
}

export function formatBytes(language: LanguageCode, bytes: number): string {
  const units = [
    ["byte", 1, 0],
    ["kilobyte", 1e3, 0],
    ["megabyte", 1e6, 1],
    ["gigabyte", 1e9, 1],
  ] as const;
  // The largest unit of which there is one or more once it is rounded: 999,999 bytes are 1 MB and not 1,000 kB.
  const [unit, size, digits] =
    units.findLast(([, size], at) => bytes >= size - (at > 0 ? (units[at - 1]?.[1] ?? 0) / 2 : 0)) ??
    units[0];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: digits,
  }).format(bytes / size);
}

/** "1 day", "2.5 days" */
export function formatDays(language: LanguageCode, days: number): string {
  return new Intl.NumberFormat(language, { style: "unit", unit: "day", unitDisplay: "long" }).format(days);
}

/** A moment as people write it: a day, and the time where it matters. */
export function formatMoment(language: LanguageCode, moment: string | Date, time = true): string {
  const date = typeof moment === "string" ? new Date(moment) : moment;
  const style = time
    ? ({ dateStyle: "medium", timeStyle: "short" } as const)
    : ({ dateStyle: "medium" } as const);
  return new Intl.DateTimeFormat(language, style).format(date);
}

/** How long ago something was, in its largest whole unit: "5 seconds ago", "2 hours ago". */
export function formatAgo(language: LanguageCode, seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? (["second", 1] as const);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  return format.format(-Math.floor(Math.max(0, seconds) / size), unit);
}

export function formatDate(
  language: LanguageCode,
  date: Date,
  style: Readonly<Intl.DateTimeFormatOptions>,
): string {
  return new Intl.DateTimeFormat(language, style).format(date);
}

/** A time span in words: 90 is "1 min 30 sec". */
export function formatSeconds(language: LanguageCode, seconds: number): string {
  const tenths = Math.round(seconds * 10); // first, so that 59.97 seconds are a minute
  const parts: [number, string][] = [
    [Math.floor(tenths / 36_000), "hour"],
    [Math.floor((tenths % 36_000) / 600), "minute"],
    [(tenths % 600) / 10, "second"],
  ];
  const said = parts.filter(([value]) => value > 0);
  const written = (said.length > 0 ? said : parts.slice(-1)).map(([value, unit]) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value),
  );
  return written.join(" ");
}

/** Several names, one after another, with commas: in Russian a list of units has none. */
export function formatList(language: LanguageCode, parts: readonly string[]): string {
  return new Intl.ListFormat(language, { type: "conjunction", style: "narrow" }).format(parts);
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

/** A text with the values that it names in braces. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
