import { afterEach, expect, it } from "vitest";
import { language } from "../shared/language.svelte";
import { titleOf, wordsOf, type Line } from "./doctor";

const line = (changes: Partial<Line>): Line => ({
  name: "disk home",
  state: "ok",
  code: "disk-room",
  params: { path: "/data", free_bytes: 12_300_000_000, total_bytes: 100_000_000_000 },
  why: [],
  words: "12.3 GB of 100.0 GB are free",
  cure: "",
  ...changes,
});
const plain = (text: string) => text.replace(/[\u2068\u2069]/g, "").replace(/\u00a0/g, " ");

afterEach(() => language.choose("en"));

it("a line of the doctor is in the server's words for whoever reads English", () => {
  const said = line({ code: "database-damaged", words: "its file is damaged: x", cure: "Restore it." });
  expect(wordsOf(said)).toBe("its file is damaged: x. Restore it.");
});

it("in other languages it is made of codes, with sizes and moments as they are written there", () => {
  language.choose("uk");
  expect(plain(wordsOf(line({})))).toBe("Вільно 12,3 ГБ із 100 ГБ.");
  language.choose("ru");
  expect(
    plain(wordsOf(line({ code: "clock-right", params: { moment: "2026-11-30T10:54:02+00:00" } }))),
  ).toMatch(/30 нояб\. 2026/);
});

it("its reasons are said in the same language: errors, reasons of a station, faults of a camera or service", () => {
  language.choose("uk");
  const problem = {
    type: "urn:tenfold:problem:line-error",
    title: "",
    status: 422,
    detail: "The broker at plant.example does not answer.",
    code: "line-error",
    subject: "The broker",
    problem: "does not answer",
    received: "",
    cure: "",
    reason: "broker-away",
    params: { host: "plant.example", port: 1883 },
  } as const;
  const station = line({
    name: "station gate",
    code: "station-held",
    params: {},
    why: [
      { code: "broker-away", words: problem.detail, problem },
      { code: "challenge", words: "challenge parts are due", problem: null },
    ],
  });
  expect(plain(wordsOf(station))).toBe(
    "Нічого не пропускає. Немає з’єднання з MQTT-брокером plant.example, порт 1 883. Потрібні контрольні деталі. Подивіться сторінку «Лінія».",
  );
  const silent = { name: "camera yard", code: "camera-silent", params: {} } as const;
  const refused = [{ code: "refused", words: "it refuses", problem: null }];
  expect(wordsOf(line({ ...silent, why: refused }))).toContain("З’єднання за цією адресою відхилено.");
  const away = [{ code: "database-error", words: "A fault", problem: null }]; // of an earlier server
  const service = { name: "service drift", code: "service-fails", params: {} } as const;
  expect(wordsOf(line({ ...service, why: away }))).not.toMatch(/A fault|database/);
});

it("a code of a newer server is said in the server's words", () => {
  language.choose("ru");
  expect(wordsOf(line({ code: "something-new" as Line["code"] }))).toBe("12.3 GB of 100.0 GB are free.");
});

it("what was looked at has a name in the page's language, and names that people gave are left as they are", () => {
  language.choose("uk");
  const titles = [
    "disk home",
    "folder pictures",
    "camera Yard 2",
    "service station-3",
    "service camera-7",
    "clock",
  ];
  expect(titles.map((name) => plain(titleOf({ name })))).toEqual([
    "Диск: власна тека tenfold",
    "Тека: зображення",
    "Камера: Yard 2",
    "Служба: Станція 3 виробничої лінії",
    "Служба: Камера 7",
    "Годинник",
  ]);
});
