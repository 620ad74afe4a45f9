import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { language } from "../../shared/language.svelte";
import type { Notice } from "../loading/events.svelte";
import { notices, wordsOf } from "./notices.svelte";
import { toasts } from "./toasts.svelte";

const common = { id: "k", title: "person · Gate", text: "2026-01-02 03:04:05, 93%, door · night" };
const event: Notice = {
  ...common,
  data: {
    type: "event",
    class: "cat",
    camera_name: "Gate",
    confidence: 0.93,
    zones: ["door"],
    start: "2026-01-02T03:04:05Z",
    rule: "night",
  },
};
const plain = (text: string) => text.replace(/[\u2068\u2069]/g, "").replace(/\s/g, " ");

class Shown {
  static permission = "granted";
  static readonly all: [string, NotificationOptions][] = [];
  constructor(title: string, options: NotificationOptions) {
    Shown.all.push([title, options]);
  }
}

beforeEach(() => {
  vi.stubGlobal("isSecureContext", true);
  language.names = new Map([["cat", { en: "cat", uk: "кіт" }]]);
});
afterEach(() => {
  vi.unstubAllGlobals();
  toasts.closeAll();
  language.choose("en");
  Shown.all.length = 0;
});

it("says in the page's language that something is none of the classes", () => {
  language.choose("uk");
  const none: Notice = { ...event, data: { ...event.data, class: "none of these" } as Notice["data"] };
  expect(plain(wordsOf(none).title)).toBe("Нічого з цього · Gate");
});

it("says an event in the page's language", () => {
  language.choose("uk");
  expect(plain(wordsOf(event).title)).toBe("кіт · Gate");
  expect(plain(wordsOf(event).text)).toMatch(/2026.* · 93,0% · door · night$/);
  expect(wordsOf({ ...common, data: { type: "test" } }).text).not.toMatch(/[a-z]/i);
});

it("says that the live model's pictures changed, and that they no longer differ", () => {
  const told = (state: "began" | "ended"): Notice => ({
    ...common,
    data: { type: "drift", state, model_name: "house" },
  });
  expect(plain(wordsOf(told("began")).title)).toBe("The pictures have changed · house");
  language.choose("ru");
  expect(plain(wordsOf(told("began")).text)).toMatch(/«Модели»/);
  expect(plain(wordsOf(told("ended")).title)).toBe("house");
  expect(wordsOf(told("ended")).text).not.toMatch(/[a-z]/i);
});

it("says what it does not know with the server's words", () => {
  const other = { ...common, data: { type: "something-new" } } as unknown as Notice;
  expect(wordsOf(other)).toEqual({ title: common.title, text: common.text });
});

it("is told by the browser where that is allowed, once for all windows", () => {
  vi.stubGlobal("Notification", Shown);
  notices.tell(event);
  expect(Shown.all.map(([title, { tag }]) => [plain(title), tag])).toEqual([["cat · Gate", "k"]]);
  expect(toasts.list).toEqual([]);
});

it("is told on the page where it is not allowed, or the browser shows none", () => {
  class Denied extends Shown {
    static override permission = "denied";
  }
  class Phone {
    static permission = "granted";
    constructor() {
      throw new TypeError("Illegal constructor");
    }
  }
  vi.stubGlobal("Notification", Denied);
  notices.tell(event);
  vi.stubGlobal("Notification", Phone);
  notices.tell(event);
  vi.stubGlobal("isSecureContext", false);
  notices.tell(event);
  expect(toasts.list).toHaveLength(3);
  expect(plain(toasts.list[0]?.text ?? "")).toContain("cat · Gate: ");
  expect(Shown.all).toEqual([]);
});
