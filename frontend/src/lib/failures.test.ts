import { describe, expect, it } from "vitest";
import type { Problem } from "./request";
import { sayFailure, sayProblem } from "./failures";

const problem: Problem = {
  type: "urn:tenfold:problem:not-a-picture",
  title: "Not a picture",
  status: 415,
  code: "not-a-picture",
  subject: "note.txt",
  problem: "is not a picture this build can read",
  received: "it starts with 'hello'",
  cure: "Supported: JPEG.",
  detail: "note.txt is not a picture this build can read (it starts with 'hello'). Supported: JPEG.",
};
const plain = (text: string) => text.replace(/[\u2068\u2069]/g, "");

describe("a failure", () => {
  it("is said in English with what was received and the cure", () => {
    const said = sayFailure("en", { kind: "problem", problem }, "note.txt");
    expect(plain(said.message)).toBe(
      "note.txt is not a picture that tenfold can read. The file starts with 'hello'.",
    );
    expect(said.cure).toContain("Supported: JPEG, PNG");
    expect(said.again).toBe(false);
  });

  it("is said in the page's language, with the server's words beside it", () => {
    const said = sayFailure("uk", { kind: "problem", problem }, "note.txt");
    expect(plain(said.message)).toBe(
      "note.txt не є зображенням, яке tenfold може прочитати. Файл починається з 'hello'.",
    );
    expect(said.original).toBe(problem.detail);
  });

  it("does not mix English words into a Russian sentence", () => {
    const large = { ...problem, code: "picture-too-large", received: "it has 169 megapixels" };
    expect(plain(sayFailure("ru", { kind: "problem", problem: large }, "a.png").message)).toBe(
      "Файл a.png слишком большой.",
    );
    expect(sayFailure("en", { kind: "problem", problem: large }, "a.png").message).toContain(
      "169 megapixels",
    );
  });

  it("names what was sent by mistake in the page's language", () => {
    const said = (clause: string) =>
      plain(sayFailure("uk", { kind: "problem", problem: { ...problem, received: clause } }, "a").message);
    expect(said("it is a PDF document")).toContain("Це документ PDF.");
    expect(said("it is an MP4 or QuickTime video")).toContain("Це відео.");
    expect(said("it is empty")).toContain("Файл порожній.");
    expect(said("it is a Python pickle")).toBe("a не є зображенням, яке tenfold може прочитати.");
  });

  it("of an unknown sort is said in general, with the server's words beside it", () => {
    const odd = { ...problem, code: "something-new", status: 422 };
    const said = sayFailure("uk", { kind: "problem", problem: odd }, "a.png");
    expect(plain(said.message)).toBe("a.png не можна використати.");
    expect(said).toMatchObject({ original: problem.detail, again: false });
  });

  it("of the network or the server can be tried again", () => {
    const busy = { ...problem, code: "overloaded", status: 503 };
    const fault = { ...problem, code: "request-error", status: 500 };
    const said = [
      sayFailure("en", { kind: "network" }, "a.png"),
      sayFailure("en", { kind: "server", status: 502 }, "a.png"),
      sayFailure("en", { kind: "problem", problem: { ...busy, received: "" } }, "a.png"),
      sayFailure("en", { kind: "problem", problem: fault }, "a.png"),
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

it("says what a model file, data or a run are in other languages, and leaves English to the server", () => {
  const refused = (code: string) =>
    ({ kind: "problem", problem: { ...problem, code, status: 422 } }) as const;
  expect(sayProblem("en", refused("model-file-error"))).toMatchObject({
    message: problem.detail,
    original: "",
  });
  const said = ["model-file-error", "dataset-error", "unknown-run", "something-new"].map((code) =>
    sayProblem("uk", refused(code)),
  );
  expect(said.map(({ message }) => message)).toEqual([
    "Це не файл моделі, яким можна тут скористатися.",
    "Ці дані використати не можна.",
    "Такого навчання вже немає.",
    "Цього не вдалося зробити.",
  ]);
  expect(said.every(({ original }) => original === problem.detail)).toBe(true);
});
