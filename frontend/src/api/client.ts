/** Asks which model answers, and what it says to a picture. Knows nothing of the page. */
import type { paths } from "./schema";
import type { Answer } from "../shared/types";
import { failureOf, isProblem, request, Refused } from "./request";

type Classify = paths["/api/v1/classify"]["post"]["responses"]["200"]["content"]["application/json"];

type PictureAnswer = Classify["results"][number];
export type ModelAnswer = paths["/api/v1/model"]["get"]["responses"]["200"]["content"]["application/json"];

const patience = 180_000; // milliseconds; a large photo over a slow phone connection still gets through

/** Sends one picture and gives what came of it. Throws only when `signal` ended it. */
export async function classify(file: File, signal: AbortSignal): Promise<Answer> {
  const form = new FormData();
  form.append("files", file, file.name);
  try {
    const answer = await request("post", "/api/v1/classify", {
      query: { evidence: true },
      body: form,
      signal,
      patience,
    });
    return read(answer.results[0]);
  } catch (error) {
    if (signal.aborted || !(error instanceof Refused)) throw error;
    return { ok: false, failure: failureOf(error) };
  }
}

/** The model that answers, or null where the server does not say. */
export async function fetchModel(): Promise<ModelAnswer | null> {
  try {
    const answer: unknown = await request("get", "/api/v1/model");
    return isModel(answer) ? answer : null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

function read(answer: PictureAnswer | undefined): Answer {
  if (answer?.prediction) {
    const { width, height, frames, prediction } = answer;
    return { ok: true, width, height, frames: frames ?? 1, prediction };
  }
  if (isProblem(answer?.problem)) return { ok: false, failure: { kind: "problem", problem: answer.problem } };
  return { ok: false, failure: { kind: "server", status: 200 } };
}

function isModel(value: unknown): value is ModelAnswer {
  return (
    typeof value === "object" && value !== null && Array.isArray((value as { classes?: unknown }).classes)
  );
}
