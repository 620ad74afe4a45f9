/** Talks to tenfold's HTTP API. Knows nothing of the page; its types come from the OpenAPI document. */
import type { paths } from "./api";

type Classify = paths["/api/v1/classify"]["post"]["responses"]["200"]["content"]["application/json"];

export type PictureAnswer = Classify["results"][number];
export type Prediction = NonNullable<PictureAnswer["prediction"]>;
export type Problem = NonNullable<PictureAnswer["problem"]>;
export type ModelAnswer = paths["/api/v1/model"]["get"]["responses"]["200"]["content"]["application/json"];

/** Why there is no prediction: the server named a problem, answered oddly, or did not answer. */
export type Failure =
  { kind: "problem"; problem: Problem } | { kind: "server"; status: number } | { kind: "network" };

export type Outcome =
  | { ok: true; width: number | null; height: number | null; prediction: Prediction }
  | { ok: false; failure: Failure };

const patience = 180_000; // milliseconds; a large photo over a slow phone connection still gets through

/** Sends one picture and gives what came of it. Throws only when `signal` ended it. */
export async function classify(file: File, signal: AbortSignal): Promise<Outcome> {
  const form = new FormData();
  form.append("files", file, file.name);
  let response: Response;
  let body: unknown;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    response = await fetch("/api/v1/classify?evidence=true", { method: "POST", body: form, signal: limit });
    body = await json(response);
  } catch {
    signal.throwIfAborted();
    return { ok: false, failure: { kind: "network" } };
  }
  return read(response.status, body);
}

/** The model that answers, or null where the server does not say. */
export async function fetchModel(): Promise<ModelAnswer | null> {
  try {
    const response = await fetch("/api/v1/model");
    const body = await json(response);
    return response.ok && isRecord(body) && Array.isArray(body["classes"]) ? (body as ModelAnswer) : null;
  } catch {
    return null;
  }
}

function read(status: number, body: unknown): Outcome {
  if (isProblem(body)) return { ok: false, failure: { kind: "problem", problem: body } };
  const answer = isRecord(body) && Array.isArray(body["results"]) ? (body as Classify).results[0] : undefined;
  if (answer?.prediction) {
    return { ok: true, width: answer.width, height: answer.height, prediction: answer.prediction };
  }
  if (isProblem(answer?.problem)) return { ok: false, failure: { kind: "problem", problem: answer.problem } };
  return { ok: false, failure: { kind: "server", status } };
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page, say; the status tells the rest
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isProblem(value: unknown): value is Problem {
  return isRecord(value) && typeof value["code"] === "string" && typeof value["detail"] === "string";
}
