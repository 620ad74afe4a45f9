import { describe, expect, it } from "vitest";
import type { Problem } from "./client";
import { sayFailure } from "./failures";

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
    const large = { ...problem, code: "picture-too-large", received: "169 megapixels" };
    expect(plain(sayFailure("ru", { kind: "problem", problem: large }, "a.png").message)).toBe(
      "Файл a.png слишком большой.",
    );
    expect(sayFailure("en", { kind: "problem", problem: large }, "a.png").message).toContain(
      "169 megapixels",
    );
  });

  it("of an unknown sort is said in the server's words", () => {
    const odd = { ...problem, code: "something-new", status: 503 };
    expect(sayFailure("uk", { kind: "problem", problem: odd }, "a.png")).toEqual({
      message: problem.detail,
      cure: "",
      original: "",
      again: true,
    });
  });

  it("of the network or the server can be tried again", () => {
    expect(sayFailure("en", { kind: "network" }, "a.png")).toMatchObject({ again: true, original: "" });
    expect(sayFailure("en", { kind: "server", status: 502 }, "a.png").message).toContain("error 502");
  });
});
