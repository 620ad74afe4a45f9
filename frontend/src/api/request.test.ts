import { afterEach, describe, expect, it, vi } from "vitest";
import { failureOf, hooks, queryOf, Refused, request } from "./request";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function answers(...responses: (Response | Error)[]) {
  const fake = vi.fn((_address: string, _init?: RequestInit) => {
    const next = responses.shift();
    return next instanceof Response ? Promise.resolve(next) : Promise.reject(next);
  });
  vi.stubGlobal("fetch", fake);
  return fake;
}
const problem = { code: "not-allowed", detail: "no", status: 403 };

describe("request", () => {
  it("fills in the path and the query and sends JSON", async () => {
    const fake = answers(Response.json({ id: 1 }));
    await request("post", "/api/v1/catalogue/actions/{action}/undo", { path: { action: 7 } });
    expect(fake.mock.calls[0]?.[0]).toBe("/api/v1/catalogue/actions/7/undo");
    answers(Response.json({}));
    await request("post", "/api/v1/data", { body: { source: "a" } });
    expect(queryOf({ label: ["a b", "c"], none: true, text: undefined, after: null })).toBe(
      "?label=a+b&label=c&none=true",
    );
    expect(queryOf({})).toBe("");
  });

  it("throws the server's problem, an odd status, or that nobody answers", async () => {
    answers(Response.json(problem, { status: 403 }));
    await expect(request("get", "/healthz")).rejects.toMatchObject({
      failure: { kind: "problem", problem },
      status: 403,
    });
    answers(new Response("<h1>", { status: 502 }));
    await expect(request("get", "/healthz")).rejects.toMatchObject({
      failure: { kind: "server", status: 502 },
    });
    answers(new TypeError("Failed to fetch"));
    await expect(request("get", "/healthz")).rejects.toMatchObject({
      failure: { kind: "network" },
      status: 0,
    });
  });

  it("waits as long as a busy server says, and asks again", async () => {
    vi.useFakeTimers();
    const busy = () => Response.json(problem, { status: 503, headers: { "Retry-After": "3" } });
    const fake = answers(busy(), Response.json({ fine: true }));
    const answer = request("get", "/healthz");
    await vi.advanceTimersByTimeAsync(2900);
    expect(fake).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await answer).toEqual({ fine: true });
    const never = answers(busy(), busy(), busy(), busy(), busy());
    const given = expect(request("get", "/healthz")).rejects.toMatchObject({ status: 403 });
    await vi.advanceTimersByTimeAsync(60_000);
    await given;
    expect(never).toHaveBeenCalledTimes(4);
  });

  it("tells that somebody has to sign in", async () => {
    const told = vi.spyOn(hooks, "loginNeeded");
    answers(Response.json({ ...problem, code: "login-needed" }, { status: 401 }));
    await expect(request("get", "/healthz")).rejects.toThrow("no");
    expect(told).toHaveBeenCalledOnce();
  });

  it("throws the reason when it was called off", async () => {
    const stop = new AbortController();
    stop.abort();
    answers(new DOMException("aborted", "AbortError"));
    await expect(request("get", "/healthz", { signal: stop.signal })).rejects.toThrow("abort");
  });
});

it("a fault of our own is no failure of the server", () => {
  expect(failureOf(new Refused({ kind: "network" }))).toEqual({ kind: "network" });
  expect(() => failureOf(new TypeError("ours"))).toThrow("ours");
});
