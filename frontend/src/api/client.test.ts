import { afterEach, describe, expect, it, vi } from "vitest";
import { classify, fetchModel } from "./client";

const picture = new File(["x"], "cat.jpg", { type: "image/jpeg" });
const prediction = {
  label: "cat",
  confidence: 0.9,
  known: true,
  novelty: 0.1,
  probabilities: { cat: 0.9, dog: 0.1 },
};
const problem = {
  type: "urn:tenfold:problem:not-a-picture",
  title: "Not a picture",
  status: 415,
  detail: "note.txt is not a picture this build can read.",
  code: "not-a-picture",
};

function answer(body: unknown, status = 200) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const fake = vi.fn((_address: string, _request?: RequestInit) =>
    Promise.resolve(new Response(text, { status })),
  );
  vi.stubGlobal("fetch", fake);
  return fake;
}

afterEach(() => vi.unstubAllGlobals());

describe("classify", () => {
  it("sends the file as multipart and gives its prediction", async () => {
    const fake = answer({
      model: "ab",
      results: [{ name: "cat.jpg", width: 4, height: 3, prediction, problem: null }],
    });
    const outcome = await classify(picture, new AbortController().signal);
    expect(outcome).toEqual({ ok: true, width: 4, height: 3, frames: 1, prediction });
    const [address, request] = fake.mock.calls[0] ?? [];
    expect(address).toBe("/api/v1/classify?evidence=true");
    expect((request?.body as FormData).get("files")).toMatchObject({ name: "cat.jpg" });
  });

  it("gives the server's problem, whether it is the answer or stands in it", async () => {
    answer(problem, 415);
    const whole = await classify(picture, new AbortController().signal);
    answer({ model: "ab", results: [{ name: "n", width: null, height: null, prediction: null, problem }] });
    const inside = await classify(picture, new AbortController().signal);
    expect(whole).toEqual({ ok: false, failure: { kind: "problem", problem } });
    expect(inside).toEqual(whole);
  });

  it("tells an odd answer by its status", async () => {
    answer("<h1>Bad gateway</h1>", 502);
    const outcome = await classify(picture, new AbortController().signal);
    expect(outcome).toEqual({ ok: false, failure: { kind: "server", status: 502 } });
  });

  it("tells a server that does not answer", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const outcome = await classify(picture, new AbortController().signal);
    expect(outcome).toEqual({ ok: false, failure: { kind: "network" } });
  });

  it("throws when it was called off", async () => {
    const stop = new AbortController();
    vi.stubGlobal("fetch", () => {
      stop.abort();
      return Promise.reject(new DOMException("aborted", "AbortError"));
    });
    await expect(classify(picture, stop.signal)).rejects.toThrow("abort");
  });
});

describe("fetchModel", () => {
  it("gives the model", async () => {
    answer({ name: "cifar10", sha256: "ab", classes: [] });
    expect(await fetchModel()).toMatchObject({ name: "cifar10" });
  });
  it("gives null for anything else", async () => {
    answer(problem, 503);
    expect(await fetchModel()).toBeNull();
    answer("no json");
    expect(await fetchModel()).toBeNull();
  });
});
