/** What a native reader stumbles over: wrong agreement, mixed terms, straight quotes, English left in a translation. */
import { describe, expect, it } from "vitest";
import { languageCodes, pluralise, type LanguageCode } from "./i18n";
import { books, found, parted } from "./books.testing";
import { book as shared, problems } from "./texts";

/** Every text of a language with the place where it stands. */
function textsOf(code: LanguageCode): [string, string][] {
  const byCode = Object.entries({ problems, found }).flatMap(([name, texts]) =>
    Object.entries(texts[code]).map(([key, text]): [string, string] => [`${name}.${key}`, text]),
  );
  const ofPages = books.flatMap(([name, book]) => {
    const { texts, plurals } = parted(book, code);
    const forms = Object.entries(plurals).flatMap(([key, all]) =>
      Object.entries(all).map(([form, text]): [string, string] => [`${name}.${key}.${form}`, text]),
    );
    return [
      ...Object.entries(texts).map(([key, text]): [string, string] => [`${name}.${key}`, text]),
      ...forms,
    ];
  });
  return [...ofPages, ...byCode];
}

const having = (code: LanguageCode, wrong: RegExp) =>
  textsOf(code)
    .filter(([, text]) => wrong.test(text))
    .map((one) => one.join(": "));

/** What is not said in a language, and what is said instead; docs/explanation/glossary.md gives the whole list. */
const terms: [LanguageCode, RegExp, string][] = [
  ["uk", /(?<!\p{L})(обра(ти|но|ний|на|не|ні|ним|них|ного|ли)|обер(іть|іте)|обира)/iu, "вибрати"],
  ["uk", /(?<!\p{L})позначен/iu, "розмічені"],
  ["uk", /(?<!\p{L})(папк|каталог(и|ів)(?!\p{L}))/iu, "тека"],
  ["uk", /(?<!\p{L})(картинк|малюнк)/iu, "зображення"],
  ["uk", /(?<!\p{L})(відмінити|відміна|відмінено)/iu, "скасувати"],
  ["uk", /(?<!\p{L})(учбов|навчальний сет|датасет)/iu, "навчальний, набір даних"],
  ["uk", /(?<!\p{L})(впевнен)(?=\p{L}*[,:])/u, "упевнений на початку"],
  ["uk", /(?<!\p{L})(машин|люди на сервері)/iu, "комп’ютер"],
  ["uk", /(?<!\p{L})(вилуч)/iu, "видалити, прибрати"],
  ["uk", /(?<!\p{L})(отримувач)/iu, "одержувач"],
  ["uk", /(?<!\p{L})(кліп)/iu, "запис"],
  ["uk", /(?<!\p{L})(тригер|скидач|затвор|комірк)/iu, "сигнал, відбраковувач, клітинка"],
  [
    "uk",
    /(?<!\p{L})(схвал\p{L}+ (версі|рецепт)|усе бракується|рядку адреси)/iu,
    "затвердити, відбраковується, адресний рядок",
  ],
  ["uk", /(?<!\p{L})скасува\p{L}* [ув] історії|уже скасовано/iu, "повернути"],
  ["uk", /нічого з переліченого|\d% інтервал/iu, "нічого з цього, 95-відсотковий інтервал"],
  ["ru", /(?<!\p{L})(изображени[еяйю])/iu, "картинка"],
  ["ru", /(?<!\p{L})(директори|каталоги(?!\p{L}))/iu, "папка"],
  ["ru", /(?<!\p{L})(помеченн|датасет)/iu, "размеченные, набор данных"],
  ["ru", /(?<!\p{L})(машин)/iu, "компьютер"],
  ["ru", /(?<!\p{L})(клип)/iu, "запись"],
  ["ru", /(?<!\p{L})(триггер|сбрасывател|затвор)/iu, "сигнал, отбраковщик"],
  [
    "ru",
    /(?<!\p{L})(одобр\p{L}+ (верси|рецепт)|всё бракуется|строке адреса)/iu,
    "утвердить, отбраковывается, адресная строка",
  ],
  ["ru", /ничего из перечисленного|\d%(-й)? интервал/iu, "ничего из этого, 95-процентный интервал"],
  // What goes on is a noun: nobody says who "we" are.
  [
    "uk",
    /(?<!\p{L})\p{L}+([аяу]юся|[аую]ю…|[уаяю]ємо|[^н]имо)(?!\p{L})/iu,
    "Читання, не «читаємо» чи «читаю»",
  ],
  [
    "ru",
    /(?<!\p{L})\p{L}+([ая]ю(сь)?|[аяу]ем)(?!\p{L})|^(Готовим|Ищем|Переносим)/iu,
    "Чтение, не «читаем» и не «читаю»",
  ],
  ["en", /\bshared no more\b|\bIs it: /i, "is no longer shared"],
  ["en", /\bthese data\b|\bis no (file|model|picture)\b/i, "this data, is not a ..."],
];

/** Names and abbreviations that are the same in every language. */
const foreign = new Set(
  (
    "tenfold Modbus TCP Sparkplug B HTTP API ZIP CSV XMP JSON JPEG PNG WebP GIF BMP TIFF AVIF HEIC PDF SVG CIFAR EXIF GPS URL http https " +
    "localhost Prometheus OpenTelemetry OTLP MQTT TLS IP Home Assistant apprise Telegram Signal Parquet F1 p Ctrl A Z Shift Enter Delete Esc toml db cifar batches bin train catalogue export data py " +
    "SQLite PostgreSQL RTSP MJPEG HLS USB usb OPC UA PEM DER Basic256Sha256 mosquitto home path label split val test Nesterov Adam Muon SGD AdamW SiLU ReLU Keras ONNX VGG16 ImageNet MobileNetV2 ResNet EfficientNet Wide GPU CPU LiteRT"
  ).split(" "),
);

/** Texts whose number is a decimal, which takes one form. */
const decimals = new Set(["models.points", "models.leads", "models.milliseconds"]);

describe.each(languageCodes)("the texts in %s", (code) => {
  it("have no straight apostrophes and quotation marks", () => {
    expect(having(code, /['"]/)).toEqual([]);
  });

  it("leave the words to plural forms where a number stands before one", () => {
    const inPlain = books.flatMap(([name, book]) =>
      Object.entries(parted(book, code).texts)
        .filter(([, text]) =>
          /\{(n|least|done|total|count|wanted|all)\}[ \u00A0](?!of |more|px|пкс|з |із |из )\p{L}/u.test(text),
        )
        .filter(([key]) => !decimals.has(`${name}.${key}`))
        .map(([key, text]) => `${name}.${key}: ${text}`),
    );
    expect(inPlain).toEqual([]);
  });

  it.each(terms.filter(([language]) => language === code))("(%s) do not say %s but: %s", (_, wrong) => {
    expect(having(code, wrong)).toEqual([]);
  });

  it("name different commands differently", () => {
    const commands = ["cancel", "undo", "stop", "close", "retry", "reload", "more"] as const;
    const named = commands.map((key) => shared[code][key]);
    expect(new Set(named).size).toBe(commands.length);
  });

  if (code === "en") return;

  it("hold no English words but the values of a setting", () => {
    const left = textsOf(code).flatMap(([place, text]) =>
      [
        ...text
          .replace(/(chmod|docker|tenfold) [a-z][\w /:-]*|\{\w+\}|\w+[._-][\w.-]+|«[a-z]+»: /g, " ")
          .matchAll(/[A-Za-z][A-Za-z0-9]*/g),
      ]
        .filter(([word]) => !foreign.has(word))
        .map(([word]) => `${place}: ${word}`),
    );
    expect(left).toEqual([]);
  });

  it("agree with 0, 1, 2, 5, 21, 22 and 25", () => {
    const wrong = books.flatMap(([name, book]) =>
      Object.keys(parted(book, code).plurals).flatMap((key) =>
        [0, 1, 2, 5, 21, 22, 25]
          .map((n) => [n, pluralise(book, code, key, n)] as const)
          .filter(([n, text]) => disagrees(code, n, text))
          .map(([n, text]) => `${name}.${key}(${n}): ${text}`),
      ),
    );
    expect(wrong).toEqual([]);
  });
});

/** Forms of nouns that cannot stand after a number of the kind; after a preposition other cases are right. */
const nouns: Readonly<Record<"one" | "few" | "many", RegExp>> = {
  one: /\d (картинок|зображень|задач|завдань|файлов|файлів|файли|файлы|классов|класів|пикселей|находок|знахідок|эпох)(?!\p{L})/u,
  few: /\d (картинка|задача|файл|клас|класс|находка|знахідка|эпоха|епоха)(?!\p{L})/u,
  many: /\d (картинк[аиу]|зображення|задач[аи]|завдання|файл[аиыу]?|клас[иу]?|класс[аы]?|находк[аи]|знахідк[аи]|эпох[аи]|епох[аи])(?!\p{L})/u,
};
/** A verb or participle in the plural before 25: "Будут разложены 25 картинок" is wrong, "Будет разложено" is right. */
const pluralVerb = /(?<!\p{L})(будут|будуть|\p{L}+(?:аны|ены|яты|ются|уються|яются))(?!\p{L})[^.,:;]*\d/iu;

/** Whether the verb before a number, or the noun after it, has the form of another number. */
function disagrees(code: LanguageCode, n: number, text: string): boolean {
  const rule = new Intl.PluralRules(code).select(n);
  if (rule !== "one" && rule !== "few" && rule !== "many") return false;
  const said = text.replaceAll("\u00A0", " ");
  return nouns[rule].test(said) || (rule !== "few" && pluralVerb.test(said));
}

it("tells right agreement from wrong", () => {
  expect(disagrees("ru", 25, "Будут разложены 25 картинок.")).toBe(true);
  expect(disagrees("ru", 25, "Будет разложено 25 картинок.")).toBe(false);
  expect(disagrees("ru", 21, "Будет разложена 21 картинка.")).toBe(false);
  expect(disagrees("ru", 21, "Будет разложено 21 картинок.")).toBe(true);
  expect(disagrees("uk", 5, "5 зображення")).toBe(true);
  expect(disagrees("uk", 22, "Виконуються 22 завдання")).toBe(false);
});
