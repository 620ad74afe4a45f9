/** A model that was exported for the browser: opened once, then asked about pictures. Sends nothing anywhere.
 *
 *      import { open } from "./classifier.js";
 *      const classifier = await open();
 *      const { label, confidence, known } = await classifier.classify(file);
 */
import { Engine } from "../phone/model/engine";
import { factsOf, type Facts } from "../phone/model/model-file";
import { selfTest, type TestPicture } from "../phone/model/self-test";
import type { Prediction } from "../shared/types";

export class BrowserClassifier {
  constructor(
    readonly facts: Facts,
    readonly engine: Engine,
  ) {}

  /** Names a picture: a file of an input field, or any other blob. Throws where the browser cannot read it. */
  async classify(picture: Blob): Promise<Prediction> {
    return (await this.engine.classify(picture)).prediction;
  }

  close(): void {
    this.engine.stop();
  }
}

/** Opens the model file beside the page, or at another address, and tries it on the pictures that lie beside it.
 *  Throws where it cannot be run, or does not answer as it did when it was exported. */
export async function open(model: string | URL = "network.onnx"): Promise<BrowserClassifier> {
  const address = new URL(model, document.baseURI);
  const content = await (await found(address)).arrayBuffer();
  const facts = factsOf(new Uint8Array(content));
  const pictures = (await (await found(new URL("self-test.json", address))).json()) as TestPicture[];
  const engine = await Engine.start(content);
  if (!(await selfTest(engine, pictures))) {
    engine.stop();
    throw new Error("the model does not answer in this browser as it did when it was exported");
  }
  return new BrowserClassifier(facts, engine);
}

async function found(address: URL): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address.pathname}: ${response.status}`);
  return response;
}
