/** Plural forms, numbers and names in three languages. Knows no text of its own: those come as books, one a page. */

/** A text in each form that a whole number asks for; that of a fraction is in Ukrainian and Russian the form of few. */
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;
export type Values = Readonly<Record<string, string | number>>;

/** The texts of one page in one language. */
export type Words = Readonly<Record<string, string | PluralForms>>;
/** Texts with the keys of the English ones. */
export type Translated<W extends Words> = {
  readonly [K in keyof W]: W[K] extends string ? string : PluralForms;
};
/** The texts of one page in every language. */
export type Book<W extends Words = Words> = Readonly<
  Record<LanguageCode, Readonly<Record<keyof W, string | PluralForms>>>
>;
type KeyOf<W extends Words, Kind> = {
  [K in keyof W]: [Extract<W[K], Kind>] extends [never] ? never : K;
}[keyof W] &
  string;
export type TextKey<W extends Words> = KeyOf<W, string>;
/** Of the texts that have a form for each kind of number. */
export type PluralKey<W extends Words> = KeyOf<W, PluralForms>;

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

export function translate<W extends Words>(
  book: Book<W>,
  language: LanguageCode,
  key: TextKey<W>,
  values: Values = {},
): string {
  return fill(book[language][key] as string, values);
}

/** The text "<prefix>_<code>" (a "-" of the code is a "_" of the key); null where there is none. */
export function translateCode(
  book: Book,
  language: LanguageCode,
  prefix: string,
  code: string,
  values: Values = {},
): string | null {
  const key = `${prefix}_${code.replaceAll("-", "_")}`;
  const text = Object.hasOwn(book[language], key) ? book[language][key] : null;
  return typeof text === "string" ? fill(text, values) : null;
}

/** The form of a text that fits the number `n`. */
export function pluralise<W extends Words>(
  book: Book<W>,
  language: LanguageCode,
  key: PluralKey<W>,
  n: number,
  values: Values = {},
): string {
  const forms = book[language][key] as PluralForms;
  const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.few;
  return fill(form ?? "", { n: formatNumber(language, n), ...values });
}

export function formatNumber(language: LanguageCode, value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** Numbers, moments and lists as a language writes them. */
export abstract class Formats {
  abstract readonly code: LanguageCode;

  number(value: number): string {
    return formatNumber(this.code, value);
  }

  /** A number with so many digits after the point; `sign`: with a plus where it is more than nothing. */
  decimal(value: number, digits: number, sign = false): string {
    return new Intl.NumberFormat(this.code, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: sign ? "exceptZero" : "auto",
    }).format(value);
  }

  /** A number with no more than so many digits that say something: 0.0123 is "0.012" of two. */
  significant(value: number, digits: number): string {
    return new Intl.NumberFormat(this.code, { maximumSignificantDigits: digits }).format(value);
  }

  /** A share as a percentage that never claims all or nothing: 0.99996 is "> 99.9%", 0.0001 is "< 0.1%". */
  percent(share: number, digits = 1): string {
    const format = new Intl.NumberFormat(this.code, {
      style: "percent",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    const least = 10 ** (-2 - digits);
    if (share > 1 - least / 2 && share < 1) return `> ${format.format(1 - least)}`;
    if (share < least / 2 && share > 0) return `< ${format.format(least)}`;
    return format.format(share);
  }

  bytes(bytes: number): string {
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
    return new Intl.NumberFormat(this.code, {
      style: "unit",
      unit,
      unitDisplay: unit === "byte" ? "long" : "short",
      maximumFractionDigits: digits,
    }).format(bytes / size);
  }

  /** "1 day", "2.5 days" */
  days(days: number): string {
    return new Intl.NumberFormat(this.code, { style: "unit", unit: "day", unitDisplay: "long" }).format(days);
  }

  /** A time span in words: 90 is "1 min 30 sec". */
  seconds(seconds: number): string {
    const tenths = Math.round(seconds * 10); // first, so that 59.97 seconds are a minute
    const parts: [number, string][] = [
      [Math.floor(tenths / 36_000), "hour"],
      [Math.floor((tenths % 36_000) / 600), "minute"],
      [(tenths % 600) / 10, "second"],
    ];
    const said = parts.filter(([value]) => value > 0);
    const written = (said.length > 0 ? said : parts.slice(-1)).map(([value, unit]) =>
      new Intl.NumberFormat(this.code, { style: "unit", unit, unitDisplay: "short" }).format(value),
    );
    return written.join(" ");
  }

  /** How long ago something was, in its largest whole unit: "5 seconds ago", "2 hours ago". */
  ago(seconds: number): string {
    const units = [
      ["day", 86_400],
      ["hour", 3_600],
      ["minute", 60],
    ] as const;
    const [unit, size] = units.find(([, size]) => seconds >= size) ?? (["second", 1] as const);
    const format = new Intl.RelativeTimeFormat(this.code, { numeric: "always" });
    return format.format(-Math.floor(Math.max(0, seconds) / size), unit);
  }

  /** A moment (ISO 8601) as a day with its time. */
  moment(value: string): string {
    return this.date(new Date(value), { dateStyle: "medium", timeStyle: "short" });
  }

  /** The day of a moment (ISO 8601). */
  day(value: string): string {
    return this.date(new Date(value), { dateStyle: "medium" });
  }

  /** A moment (ISO 8601) as a time of day to the millisecond. */
  preciseTime(value: string): string {
    return this.date(new Date(value), {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
    });
  }

  /** A day of the week in short; 0 is Monday. */
  weekday(day: number): string {
    return this.date(new Date(2024, 0, 1 + day), { weekday: "short" });
  }

  date(value: Date, style: Readonly<Intl.DateTimeFormatOptions>): string {
    return new Intl.DateTimeFormat(this.code, style).format(value);
  }

  /** Several names, one after another, with commas: in Russian a list of units has none. */
  list(parts: readonly string[]): string {
    return new Intl.ListFormat(this.code, { type: "conjunction", style: "narrow" }).format(parts);
  }
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
