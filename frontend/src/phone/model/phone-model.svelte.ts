/** The model on the phone: opened from the store, fetched from the server, tried before it is used, exchanged. */
import { Refused, request, requestFile } from "../../api/request";
import type { Failure } from "../../shared/failures";
import { sha256 } from "../../shared/pictures/files";
import { language } from "../../shared/language.svelte";
import type { Answer } from "../../shared/types";
import { chosen, storedModel, switchTo, type StoredModel } from "../store/database";
import { onChange, tellOthers } from "../store/channel";
import { askToKeep, noteModel } from "../store/eviction";
import { Engine, UnreadablePicture } from "./engine";
import { factsOf, UnfitModel, type Facts } from "./model-file";
import { selfTest } from "./self-test";
import { unreadable } from "./unreadable";

/** Why a model did not come: the server's answer, or what was wrong with the file. */
export type Trouble = Failure | { kind: "damaged" | "differs" | "not-a-model" | "newer" | "storage" };
/** A model of the server that is not the one here. */
export interface Offer {
  hash: string;
  name: string;
  bytes: number;
}

const patience = 1_800_000; // milliseconds for a model file over a slow line

class PhoneModel {
  state = $state<"opening" | "none" | "fetching" | "testing" | "ready">("opening");
  facts = $state.raw<Facts | null>(null);
  engine = $state.raw<Engine | null>(null);
  hash = $state("");
  offer = $state.raw<Offer | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  /** The share of the file that has come. */
  share = $state(0);
  /** Whether there is a model to go back to. */
  before = $state(false);
  /** The model was exchanged since the app was opened. */
  switched = $state(false);

  /** Opens the model that is stored; whether there is one. */
  async open(): Promise<boolean> {
    onChange("model", () => void this.#openCurrent());
    return this.#openCurrent();
  }

  /** Looks which model the server has live; throws Refused. */
  async askServer(): Promise<void> {
    const { sha256: hash, name, bytes } = await request("get", "/api/v1/model");
    this.offer = hash === this.hash ? null : { hash, name, bytes };
  }

  /** Fetches the offered model, tries it, and only then exchanges the one in use. */
  async fetch(): Promise<void> {
    const { offer } = this;
    if (!offer || this.#busy) return;
    const before = this.state;
    this.trouble = null;
    this.share = 0;
    try {
      this.state = "fetching";
      const content = await this.#download(offer);
      if ((await sha256(content)) !== offer.hash) throw new BadModel("damaged");
      this.state = "testing";
      const pictures = await request("get", "/api/v1/model/self-test");
      if (pictures.model !== offer.hash) throw new BadModel("differs");
      const engine = await Engine.start(content);
      if (!(await selfTest(engine, pictures.pictures))) {
        engine.stop();
        throw new BadModel("differs");
      }
      await this.#exchange({ hash: offer.hash, content }, engine);
      this.offer = null;
    } catch (error) {
      this.trouble = troubleIn(error);
      this.state = before;
    }
  }

  /** Gives its memory back before the page goes: some browsers keep that of a page that was loaded again. */
  rest(): void {
    this.engine?.stop();
    this.engine = null;
    this.hash = "";
  }

  /** The page came back as it was. */
  async wake(): Promise<void> {
    await this.#openCurrent();
  }

  /** Back to the model before; once more is forward again. */
  async goBack(): Promise<void> {
    const { previous } = await chosen();
    const model = previous && (await storedModel(previous));
    if (!model || this.#busy) return;
    await this.#exchange(model, await Engine.start(model.content));
    await this.askServer().catch(ignoreRefused);
  }

  classify = async (file: File, signal: AbortSignal): Promise<Answer> => {
    try {
      if (!this.engine) throw new Error("there is no model yet");
      const { width, height, prediction } = await this.engine.classify(file);
      return { ok: true, width, height, prediction };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UnreadablePicture) return { ok: false, failure: unreadable(file) };
      throw error;
    }
  };

  get #busy(): boolean {
    return this.state === "fetching" || this.state === "testing";
  }

  async #openCurrent(): Promise<boolean> {
    const { current, previous } = await chosen();
    this.before = previous !== null;
    if (current !== null && current === this.hash) return true;
    const model = current && (await storedModel(current));
    if (!model) {
      this.state = "none";
      return false;
    }
    this.#use(model, await Engine.start(model.content));
    return true;
  }

  async #download({ hash, bytes }: Offer): Promise<ArrayBuffer> {
    const read = async (response: Response): Promise<ArrayBuffer> => {
      const content = new Uint8Array(bytes);
      let at = 0;
      const reader = response.body?.getReader();
      for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
        content.set(piece.value.subarray(0, bytes - at), at); // what is too much or too little, the hash tells
        at = Math.min(bytes, at + piece.value.length);
        this.share = at / bytes;
      }
      return content.buffer;
    };
    return requestFile(`/api/v1/models/${hash}/file`, read, new AbortController().signal, patience);
  }

  async #exchange(model: StoredModel, engine: Engine): Promise<void> {
    try {
      await switchTo(model);
    } catch (error) {
      engine.stop();
      if (error instanceof DOMException) throw new BadModel("storage");
      throw error;
    }
    noteModel();
    void askToKeep();
    this.#use(model, engine);
    this.before = (await chosen()).previous !== null;
    this.switched = this.before;
    tellOthers("model");
  }

  #use({ hash, content }: StoredModel, engine: Engine): void {
    this.engine?.stop();
    this.engine = engine;
    this.hash = hash;
    this.facts = factsOf(new Uint8Array(content));
    language.names = new Map(this.facts.classes.map(({ label, names }) => [label, names ?? {}]));
    this.state = "ready";
  }
}

class BadModel extends Error {
  constructor(readonly kind: "damaged" | "differs" | "storage") {
    super(kind);
  }
}

function troubleIn(error: unknown): Trouble {
  if (error instanceof Refused) return error.failure;
  if (error instanceof BadModel) return { kind: error.kind };
  if (error instanceof UnfitModel) return { kind: error.reason };
  throw error;
}

export function ignoreRefused(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}

export const phoneModel = new PhoneModel();
