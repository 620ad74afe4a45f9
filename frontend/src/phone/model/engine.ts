/** A model at work in a worker of its own, with as many threads as the browser gives. Knows no page and no server. */
import type { Answered, Asked, Classified } from "./worker";

/** Why there is one thread: the page is not isolated, the device is one that runs out of memory with more, or a
 *  start with more did not come to an end in time. */
export type OneThread = "not-isolated" | "device" | "slow";

const patience = 5_000; // milliseconds for a start with several threads, which never ends in some browsers
const mostThreads = 2;

/** The browser cannot decode the picture. */
export class UnreadablePicture extends Error {}

export class Engine {
  readonly #waiting = new Map<number, (answered: Answered) => void>();
  #lastId = 0;

  private constructor(
    readonly threads: number,
    readonly because: OneThread | null,
    private readonly worker: Worker,
  ) {
    worker.addEventListener("message", ({ data }: MessageEvent<{ id: number; answered: Answered }>) => {
      this.#waiting.get(data.id)?.(data.answered);
      this.#waiting.delete(data.id);
    });
    worker.addEventListener("error", (event) => this.#fail(event.message));
  }

  /** Loads a model file; throws where it cannot be run. */
  static async start(model: ArrayBuffer): Promise<Engine> {
    const [threads, because] = wantedThreads();
    if (threads > 1) {
      const engine = new Engine(threads, null, newWorker());
      if (await Promise.race([engine.#load(model), pause(patience)])) return engine;
      engine.stop();
    }
    const engine = new Engine(1, because ?? "slow", newWorker());
    try {
      await engine.#ask({ do: "load", model, threads: 1 });
    } catch (error) {
      engine.stop();
      throw error;
    }
    return engine;
  }

  /** All views of a picture, with evidence. Throws UnreadablePicture. */
  async classify(file: Blob): Promise<Classified> {
    return classified(await this.#ask({ do: "classify", file }));
  }

  /** One view of a frame of a camera. The frame is used up. */
  async glance(frame: ImageBitmap): Promise<Classified> {
    return classified(await this.#ask({ do: "glance", frame }, [frame]));
  }

  stop(): void {
    this.worker.terminate();
    this.#fail("stopped");
  }

  async #load(model: ArrayBuffer): Promise<boolean> {
    try {
      await this.#ask({ do: "load", model, threads: this.threads });
      return true;
    } catch {
      return false; // one thread may still do
    }
  }

  async #ask(asked: Asked, transfer: Transferable[] = []): Promise<Classified | null> {
    const id = ++this.#lastId;
    const answered = await new Promise<Answered>((done) => {
      this.#waiting.set(id, done);
      this.worker.postMessage({ id, asked }, transfer);
    });
    if ("done" in answered) return answered.done;
    throw answered.unreadable ? new UnreadablePicture(answered.failed) : new Error(answered.failed);
  }

  #fail(failed: string): void {
    for (const done of this.#waiting.values()) done({ failed, unreadable: false });
    this.#waiting.clear();
  }
}

function classified(answer: Classified | null): Classified {
  if (!answer) throw new Error("the worker gave no prediction");
  return answer;
}

function newWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

function wantedThreads(): [number, OneThread | null] {
  if (!globalThis.crossOriginIsolated) return [1, "not-isolated"];
  const apple =
    /iPhone|iPad|iPod/.test(navigator.userAgent) ||
    (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  const threads = Math.min(mostThreads, navigator.hardwareConcurrency || 1);
  return apple || threads < 2 ? [1, "device"] : [threads, null];
}

async function pause(milliseconds: number): Promise<false> {
  await new Promise((done) => setTimeout(done, milliseconds));
  return false;
}
