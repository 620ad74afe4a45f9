/** The models that are kept, for all parts of the page; asked for again when another goes live. */
import { request, type Answer } from "../api/request";
import type { Entry } from "../api/types";
import { Query } from "../shell/loading/query.svelte";
import { events } from "../shell/loading/events.svelte";
import { model } from "../shell/model.svelte";

export type Kept = Answer<"/api/v1/models", "get">;
export type Model = Kept["models"][number];

class Models extends Query<Kept> {
  #listening = false;

  load = (): Promise<void> => {
    if (!this.#listening) events.on("model", () => void this.load());
    this.#listening = true;
    return this.ask(() => request("get", "/api/v1/models"));
  };

  /** The live one first, then the newest. */
  get list(): readonly Model[] {
    const all = this.answer?.models ?? [];
    return [...all.filter(({ live }) => live), ...all.filter(({ live }) => !live)];
  }

  get live(): Model | null {
    return this.list.find(({ live }) => live) ?? null;
  }

  named(hash: string | null): Model | null {
    return this.list.find((one) => one.hash === hash) ?? null;
  }

  /** The model of a camera, by the hash that was chosen for it; "": the default of cameras. */
  ofCamera(hash: string): Model | null {
    return this.named(hash || (this.answer?.cameras ?? null));
  }

  /** The classes that cameras tell apart, by the hashes of their models, as `ofCamera` takes them. */
  classesOfCameras(hashes: readonly string[]): string[] {
    return [...new Set(hashes.flatMap((hash) => this.ofCamera(hash)?.classes ?? []))];
  }

  /** The classes that an entry can be filed under: those of the model that named it, then what only the live one
   *  knows, and, of a camera's picture, what only the model of cameras does. */
  classesOfEntry({ model: hash, sources }: Pick<Entry, "model" | "sources">): string[] {
    const filmed = sources.includes("camera") ? this.classesOfCameras([""]) : [];
    return [...new Set([...(this.named(hash)?.classes ?? []), ...model.classes, ...filmed])];
  }

  /** What a model is called; the start of its hash where it was removed. */
  nameOf(hash: string): string {
    return this.named(hash)?.name ?? hash.slice(0, 12);
  }
}

export const models = new Models();
