/** Tries a model here against the server's answers to the same pictures. */
import type { Prediction } from "../../shared/types";
import type { Engine } from "./engine";

export interface TestPicture {
  /** In base64. */
  png: string;
  prediction: Prediction;
}

/** Another processor rounds otherwise, most of all where weights have 8 bits; a wrong pixel rule is far beyond it. */
const mostApart = 0.02;

/** Whether all answers are the server's. */
export async function selfTest(
  engine: Pick<Engine, "classify">,
  pictures: readonly TestPicture[],
): Promise<boolean> {
  for (const { png, prediction } of pictures) {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const own = await engine.classify(new Blob([bytes], { type: "image/png" }));
    if (!agree(own.prediction, prediction)) return false;
  }
  return pictures.length > 0;
}

/** Probabilities nearly alike, and novelty too beside its own size. */
export function agree(own: Prediction, server: Prediction): boolean {
  const labels = Object.keys(server.probabilities);
  const near = (a: number, b: number, scale = 1) => Math.abs(a - b) <= mostApart * Math.max(1, scale);
  return (
    labels.length === Object.keys(own.probabilities).length &&
    labels.every((label) => near(own.probabilities[label] ?? 2, server.probabilities[label] ?? -2)) &&
    near(own.novelty, server.novelty, Math.abs(server.novelty))
  );
}
