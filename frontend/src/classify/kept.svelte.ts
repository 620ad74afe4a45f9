/** Which pictures of the page Classify were put into the catalogue. Puts them there, with a class that a person chose. */
import { SvelteMap } from "svelte/reactivity";
import { request } from "../api/request";
import { act, undo } from "../catalogue/api";
import { isolate } from "../shared/i18n";
import { language } from "../shared/language.svelte";
import type { Picture } from "../shared/classify/pictures.svelte";
import { errorText } from "../shell/actions";
import { toasts } from "../shell/messages/toasts.svelte";
import { say } from "./texts";

const patience = 600_000; // milliseconds for one file over a slow line

interface KeptPicture {
  id: number;
  /** The class that a person chose, "" for none of these; null: nobody did. */
  label: string | null;
}

class Kept {
  /** By the picture's id. */
  readonly #pictures = new SvelteMap<number, KeptPicture>();

  of(picture: Picture): KeptPicture | null {
    return this.#pictures.get(picture.id) ?? null;
  }

  /** Adds the picture unless it is there, and files it under `label`; null leaves the class to the model. */
  async keep(picture: Picture, label: string | null): Promise<void> {
    const name = isolate(picture.name);
    const before = this.of(picture);
    try {
      const { id, isNew } = before ? { id: before.id, isNew: false } : await add(picture.file);
      this.#pictures.set(picture.id, { id, label: before?.label ?? null });
      const action = label === null ? null : await act("correct", { ids: [id] }, { label });
      this.#pictures.set(picture.id, { id, label });
      const text =
        label !== null
          ? say.text("addedAs", { name, label: language.className(label) })
          : say.text(isNew ? "added" : "wasThere", { name });
      if (!isNew && !action) toasts.say(text);
      else
        toasts.undoable(
          text,
          () => void this.#takeBack(picture, before, isNew ? { id } : { action: action?.id }),
        );
    } catch (error) {
      toasts.warn(errorText(error));
    }
  }

  async #takeBack(
    picture: Picture,
    before: KeptPicture | null,
    done: { id: number } | { action: number | undefined },
  ): Promise<void> {
    try {
      if ("id" in done) await act("delete", { ids: [done.id] }, {});
      else if (done.action !== undefined) await undo(done.action);
    } catch (error) {
      return void toasts.warn(errorText(error));
    }
    if (before) this.#pictures.set(picture.id, before);
    else this.#pictures.delete(picture.id);
  }
}

async function add(file: File): Promise<{ id: number; isNew: boolean }> {
  const body = new FormData();
  body.append("files", file, file.name);
  const query = { source: "upload" } as const;
  const answer = await request("post", "/api/v1/catalogue/pictures", { query, body, patience });
  // A problem of the only picture is the answer, and was thrown.
  const [result] = answer.results;
  if (!result?.entry) throw new Error("the server kept nothing and said nothing");
  return { id: result.entry.id, isNew: result.new };
}

export const kept = new Kept();
