/** Short messages at the edge of the page, each with at most one thing to do about it, such as Undo. */
import { announcer } from "../../shared/announcer.svelte";
import { language } from "../../shared/language.svelte";

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
  action: { name: string; run: () => void } | null;
}

const stay = 9_000; // milliseconds; what can be undone can also be undone from the history later

class Toasts {
  /** All of them, the oldest first: however many come, none goes before somebody could read it. */
  list = $state.raw<readonly Toast[]>([]);
  #last = 0;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: string, action: Toast["action"] = null): number {
    return this.#add({ text, action, bad: false });
  }

  /** Something was done that can be taken back. */
  undoable(text: string, run: () => void): number {
    return this.say(text, { name: language.text("undo"), run });
  }

  /** Something went wrong: stays until it is closed. */
  warn(text: string, action: Toast["action"] = null): number {
    return this.#add({ text, action, bad: true });
  }

  close(id: number): void {
    this.hold(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  closeAll(): void {
    for (const { id } of this.list) this.close(id);
  }

  /** Stays while somebody points at it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  release(toast: Toast): void {
    this.hold(toast.id);
    if (!toast.bad)
      this.#timers.set(
        toast.id,
        setTimeout(() => this.close(toast.id), stay),
      );
  }

  #add(toast: Omit<Toast, "id">): number {
    const made = { ...toast, id: ++this.#last };
    this.list = [...this.list, made];
    this.release(made);
    announcer.say(toast.action ? `${toast.text} ${toast.action.name}.` : toast.text);
    return made.id;
  }
}

export const toasts = new Toasts();
