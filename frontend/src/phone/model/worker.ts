/** The worker in which a model runs: loads it once, then answers for pictures one after another. */
import * as ort from "onnxruntime-web/wasm";
import glue from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { Prediction } from "../../shared/types";
import { decode, neededBy, read } from "../pixels/decode";
import type { Pixels } from "../pixels/resize";
import { cut, viewsOf, type ViewsRule } from "../pixels/views";
import { combine } from "./combine";
import { factsOf, type Facts } from "./model-file";

export type Asked =
  | { do: "load"; model: ArrayBuffer; threads: number }
  /** All views, and where each class was seen. */
  | { do: "classify"; file: Blob }
  /** One view, the square in the middle: quick enough for a camera. */
  | { do: "glance"; frame: ImageBitmap };

export interface Classified {
  width: number;
  height: number;
  prediction: Prediction;
}

/** `unreadable`: the browser cannot decode the picture. */
export type Answered = { done: Classified | null } | { failed: string; unreadable: boolean };

let model: { facts: Facts; session: ort.InferenceSession } | null = null;
let queue: Promise<void> = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<{ id: number; asked: Asked }>) => {
  queue = queue.then(async () => {
    const answered = await answer(data.asked).then(
      (done): Answered => ({ done }),
      (error: unknown): Answered => ({ failed: String(error), unreadable: error instanceof Unreadable }),
    );
    postMessage({ id: data.id, answered });
  });
});

class Unreadable extends Error {}

async function answer(asked: Asked): Promise<Classified | null> {
  if (asked.do === "load") {
    ort.env.wasm.numThreads = asked.threads;
    ort.env.wasm.wasmPaths = { mjs: glue, wasm };
    const content = new Uint8Array(asked.model);
    const facts = factsOf(content);
    model = { facts, session: await ort.InferenceSession.create(content, { executionProviders: ["wasm"] }) };
    return null;
  }
  if (!model) throw new Error("no model is loaded");
  if (asked.do === "glance") {
    const pixels = read(asked.frame);
    asked.frame.close();
    return { width: pixels.width, height: pixels.height, prediction: await predict(pixels, "centre", false) };
  }
  const needed = neededBy(model.facts.input_size);
  const decoded = await decode(asked.file, needed).catch((error: unknown) => {
    throw new Unreadable(String(error));
  });
  const { pixels, width, height } = decoded;
  return { width, height, prediction: await predict(pixels, model.facts.views, true) };
}

async function predict(pixels: Pixels, rule: ViewsRule, withEvidence: boolean): Promise<Prediction> {
  if (!model) throw new Error("no model is loaded");
  const { facts, session } = model;
  const size = facts.input_size;
  const views = viewsOf(rule, pixels.width, pixels.height, size);
  const tensor = cut(pixels, views, size, facts.resize);
  const image = new ort.Tensor("uint8", tensor, [views.length, size, size, 3]);
  const { probabilities, novelty, evidence } = await session.run({ image });
  const [, , rows = 1, columns = 1] = evidence?.dims ?? [];
  const outputs = {
    probabilities: probabilities?.data as Float32Array,
    novelty: novelty?.data as Float32Array,
    maps: evidence?.data as Float32Array,
    rows,
    columns,
  };
  return combine(facts, outputs, views, pixels, withEvidence);
}
