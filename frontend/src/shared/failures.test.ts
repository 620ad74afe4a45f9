import { describe, expect, it } from "vitest";
import { explain, type Problem } from "./failures";

const problem: Problem = {
  status: 415,
  code: "not-a-picture",
  reason: "text",
  params: {},
  subject: "note.txt",
  problem: "is not a picture this build can read",
  received: "it starts with 'hello'",
  cure: "Supported: JPEG.",
  detail: "note.txt is not a picture this build can read (it starts with 'hello'). Supported: JPEG.",
};
const refused = (changes: Partial<Problem>) =>
  ({ kind: "problem", problem: { ...problem, ...changes } }) as const;
const plain = (text: string) => text.replace(/[\u2068\u2069]/g, "");

describe("a failure of a file", () => {
  it("is in the server's own words for whoever reads English", () => {
    expect(explain("en", refused({}), "note.txt")).toEqual({
      message: "note.txt is not a picture this build can read (it starts with 'hello').",
      cure: "Supported: JPEG.",
      original: "",
      vague: false,
      again: false,
    });
  });

  it("is in the page's language by its codes, with the server's words beside it", () => {
    const said = explain("uk", refused({}), "note.txt");
    expect(plain(said.message)).toBe(
      "note.txt не є зображенням, яке tenfold може прочитати. Це текстовий файл.",
    );
    expect(said.original).toBe(problem.detail);
  });

  it("does not mix English words into a sentence of another language", () => {
    const large = refused({ code: "picture-too-large", reason: "", received: "it has 169 megapixels" });
    expect(plain(explain("ru", large, "a.png").message)).toBe("Файл a.png слишком большой.");
  });

  it("that is about more than the file says what", () => {
    const stalled = refused({ code: "upload-stalled", reason: "", status: 408 });
    const said = explain("uk", stalled, "a.png");
    expect(plain(said.message)).toBe("a.png не можна використати. Надсилання перервалося.");
    expect(said.again).toBe(true);
  });

  it("with a code of a newer server is said in general, with the server's words beside it", () => {
    const said = explain("uk", refused({ code: "something-new", reason: "something", status: 422 }), "a.png");
    expect(plain(said.message)).toBe("a.png не можна використати.");
    expect(said).toMatchObject({ original: problem.detail, again: false });
  });

  it("of the network or the server can be tried again", () => {
    const said = [
      explain("en", { kind: "network" }, "a.png"),
      explain("en", { kind: "server", status: 502 }, "a.png"),
      explain("en", refused({ code: "overloaded", status: 503, reason: "" }), "a.png"),
      explain("en", refused({ code: "request-error", status: 500, reason: "" }), "a.png"),
    ];
    expect(said.map(({ again }) => again)).toEqual([true, true, true, true]);
    expect(said.map(({ message }) => plain(message).replace(/^a.png /, ""))).toEqual([
      "could not be sent: the server does not answer.",
      "could not be classified: the server answered with error 502.",
      "has to wait: the server has too much to do.",
      "could not be classified: the server answered with error 500.",
    ]);
  });
});

it("says what in particular went wrong in the page's language, with its values", () => {
  const large = refused({
    code: "account-error",
    reason: "password-length",
    params: { least: 15, most: 1000 },
  });
  const said = explain("uk", { ...large, problem: { ...large.problem, status: 409 } });
  expect(said).toMatchObject({ cure: "", original: "", vague: false });
  expect(said.message).toBe("Пароль закороткий або задовгий. Символів має бути: 15–1\u00A0000.");
  const taken = refused({ code: "account-error", reason: "name-taken", params: { name: "olga" } });
  expect(plain(explain("ru", taken).message)).toBe("Имя olga уже занято. Выберите другое.");
});

it("is vague only where no text says why", () => {
  const vague = (changes: Partial<Problem>) => explain("uk", refused(changes)).vague;
  expect(vague({ code: "dataset-error", reason: "" })).toBe(true);
  expect(vague({ code: "something-new", reason: "" })).toBe(true);
  expect(vague({ code: "dataset-error", reason: "missing" })).toBe(false);
  expect(vague({ code: "upload-stalled", reason: "" })).toBe(false);
  expect(vague({ code: "unknown-run", reason: "" })).toBe(false);
});

it("explains any other failure by its code, too", () => {
  const codes = ["model-file-error", "dataset-error", "unknown-run", "something-new"];
  const said = codes.map((code) => explain("uk", refused({ code, reason: "", status: 422 })));
  expect(said.map(({ message }) => message)).toEqual([
    "Це не файл моделі, яким можна тут скористатися.",
    "Ці дані не можна використати.",
    "Такого навчання вже немає.",
    "Цього не вдалося зробити.",
  ]);
  expect(said.every(({ original }) => original === problem.detail)).toBe(true);
  const full = refused({ code: "job-error", reason: "disk-full", status: 409 });
  expect(explain("ru", full).message).toBe(
    "Задачу не удалось завершить. На диске не осталось места, или исчерпана квота.",
  );
});
