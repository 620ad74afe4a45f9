/** Does things to entries, says so, and takes them back: the last first with Ctrl+Z, any of them from the history. */
import { isolate } from "../shared/i18n";
import type { Action, ActionKind } from "../api/types";
import { announcer } from "../shared/announcer.svelte";
import { language } from "../shared/language.svelte";
import { errorText } from "../shell/actions";
import { toasts } from "../shell/messages/toasts.svelte";
import { act, erase, undo, type Target } from "./api";
import { say } from "./texts";

class Edits {
  /** Actions of this visit that can be taken back, the last one last. */
  stack = $state.raw<readonly number[]>([]);
  busy = $state(false);
  readonly #listeners = new Set<() => void>();
  /** One thing after another, as they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  /** Calls back after each thing done; gives the function that ends it. */
  onDone(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Gives what was done, or null where it could not be. `quiet`: told by whoever asked. */
  async do(
    kind: ActionKind,
    target: Target,
    more: { label?: string; name?: string } = {},
    quiet = false,
  ): Promise<Action | null> {
    return this.#guarded(async () => {
      const action = await act(kind, target, more);
      if (action.count > 0) this.stack = [...this.stack, action.id];
      const said = [sayAction(action), action.skipped > 0 ? say.counted("skipped", action.skipped) : ""];
      const text = said.filter(Boolean).join(" ");
      if (quiet) announcer.say(text);
      else if (action.count === 0) toasts.say(text);
      else toasts.undoable(text, () => void this.undo(action.id));
      return action;
    });
  }

  /** Takes back one action, or the last. */
  async undo(which?: number): Promise<Action | null> {
    return this.#guarded(async () => {
      const id = which ?? this.stack.at(-1);
      if (id === undefined) {
        announcer.say(say.text("nothingToUndo"));
        return null;
      }
      this.stack = this.stack.filter((other) => other !== id);
      const action = await undo(id);
      toasts.say(say.counted("undone", action.count));
      return action;
    });
  }

  /** Deletes what is in the bin for good; how many pictures, or null where it could not be. */
  async erase(target: Target): Promise<number | null> {
    return this.#guarded(async () => {
      const count = await erase(target);
      toasts.say(say.counted("didErase", count));
      return count;
    });
  }

  #guarded<Done>(work: () => Promise<Done | null>): Promise<Done | null> {
    const done = this.#last.then(() => this.#tried(work));
    this.#last = done;
    return done;
  }

  async #tried<Done>(work: () => Promise<Done | null>): Promise<Done | null> {
    this.busy = true;
    try {
      const done = await work();
      for (const listener of this.#listeners) listener();
      return done;
    } catch (error) {
      toasts.warn(errorText(error));
      return null;
    } finally {
      this.busy = false;
    }
  }
}

/** What was done, in words: "3 pictures filed under cat." */
export function sayAction({ kind, count, details }: Action): string {
  const values = {
    label: language.className(String(details["label"] ?? "")),
    name: isolate(String(details["name"] ?? "")),
  };
  switch (kind) {
    case "correct":
      return say.counted("didCorrect", count, { label: values.label });
    case "uncorrect":
      return say.counted("didUncorrect", count);
    case "rename":
      return say.text("didRename", { name: values.name });
    case "delete":
      return say.counted("didDelete", count);
    case "restore":
      return say.counted("didRestore", count);
    case "share":
      return say.counted("didShare", count);
    case "unshare":
      return say.counted("didUnshare", count);
    case "reclassify":
      return say.counted("didReclassify", count);
    default:
      return say.counted("undone", count);
  }
}

export const edits = new Edits();
