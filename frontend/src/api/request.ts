/** One way to ask the server for anything: typed by the OpenAPI document, patient with a busy server, and with
 *  one kind of error. Knows nothing of the page. */
import type { Failure } from "../shared/failures";
import { at } from "../shared/root";
import type { components, paths } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** Thrown by `request` for every failure; an aborted request throws its signal's reason instead. */
export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind === "problem" ? failure.problem.detail : failure.kind);
    this.name = "Refused";
  }

  get status(): number {
    if (this.failure.kind === "problem") return this.failure.problem.status;
    return this.failure.kind === "server" ? this.failure.status : 0;
  }
}

/** The failure in something caught; a fault of our own code is thrown on. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return error.failure;
  throw error;
}

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = M extends keyof paths[P] ? paths[P][M] : never;
type Content<R> = R extends { content: { "application/json": infer Body } } ? Body : undefined;
type Success<R> =
  R extends Record<number, unknown>
    ? { [S in keyof R]: S extends 200 | 201 | 202 | 204 ? Content<R[S]> : never }[keyof R]
    : never;
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? Success<R> : never;
type Part<O, Name extends string> = O extends { parameters: infer All }
  ? Name extends keyof All
    ? NonNullable<All[Name]>
    : undefined
  : undefined;
type JsonBody<O> = O extends { requestBody?: { content: { "application/json": infer Body } } }
  ? Body
  : unknown;
/** The paths that take the method. */
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];

interface Options<P extends keyof paths, M extends Method> {
  path?: Part<Operation<P, M>, "path">;
  query?: Part<Operation<P, M>, "query">;
  /** Sent as JSON; a FormData or Blob goes as it is. */
  body?: JsonBody<Operation<P, M>> | FormData | Blob;
  signal?: AbortSignal;
  /** Milliseconds until the server counts as one that does not answer. */
  patience?: number;
}

const usualPatience = 60_000;
const tries = 4; // a server that is busy is asked so often
const longestWait = 30; // seconds, whatever Retry-After says

/** loginNeeded: called when the server says that nobody is signed in. unanswered: when nobody answers, or a proxy
 *  answers in the server's place. */
export const hooks = { loginNeeded: () => undefined as void, unanswered: () => undefined as void };

/** Asks, and gives the answer; throws Refused, or the signal's reason. */
export async function request<M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  options: Options<P, M> = {},
): Promise<Answer<P, M>> {
  const address = fillPath(path, options.path) + queryOf(options.query);
  return (await send(method, address, options)) as Answer<P, M>;
}

interface Sending {
  body?: unknown;
  signal?: AbortSignal;
  patience?: number;
  /** What is made of a good answer; JSON where nothing is said. */
  read?: (response: Response) => Promise<unknown>;
}

/** Asks for what is not JSON, such as a picture; throws as `request` does. */
export async function requestFile<T>(
  address: string,
  read: (response: Response) => Promise<T>,
  signal: AbortSignal,
  patience = usualPatience,
): Promise<T> {
  return (await send("get", address, { read, signal, patience })) as T;
}

async function send(method: string, address: string, options: Sending = {}): Promise<unknown> {
  const { body, signal, read = json } = options;
  const raw = body instanceof FormData || body instanceof Blob;
  const init: RequestInit = { method: method.toUpperCase() };
  if (body !== undefined) init.body = raw ? body : JSON.stringify(body);
  if (body !== undefined && !raw) init.headers = { "Content-Type": "application/json" };
  for (let left = tries; ; left -= 1) {
    const limit = AbortSignal.timeout(options.patience ?? usualPatience);
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(at(address), {
        ...init,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      answer = await (response.ok ? read : json)(response);
    } catch {
      signal?.throwIfAborted();
      hooks.unanswered();
      throw new Refused({ kind: "network" });
    }
    if (response.ok) return answer;
    if (response.status === 503 && left > 1 && response.headers.has("Retry-After")) {
      await pause(Number(response.headers.get("Retry-After")) || 1, signal);
      continue;
    }
    const problem = isProblem(answer) ? answer : null;
    if (problem?.code === "login-needed") hooks.loginNeeded();
    if (!problem && response.status >= 502 && response.status <= 504) hooks.unanswered();
    throw new Refused(problem ? { kind: "problem", problem } : { kind: "server", status: response.status });
  }
}

/** The query part of an address with its question mark, or nothing; a list is sent as one value after another. */
export function queryOf(query: object | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text && `?${text}`;
}

function fillPath(path: string, values: object | undefined): string {
  const known = (values ?? {}) as Record<string, unknown>;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(known[name])));
}

async function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((done) => {
    const timer = setTimeout(done, Math.min(longestWait, Math.max(0, seconds)) * 1000);
    signal?.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
  signal?.throwIfAborted();
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page, say; the status tells the rest
  }
}

export function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { code, detail } = value as Record<string, unknown>;
  return typeof code === "string" && typeof detail === "string";
}
