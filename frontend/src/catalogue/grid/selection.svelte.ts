/** Which entries are chosen, and where the keyboard is. Knows entries by their ids and their order.
 *
 *  What is done is done to the chosen entries, or to the one where the keyboard is while none is chosen. So a plain
 *  arrow or click chooses its entry alone: no entry stays chosen out of sight of the one that is framed.
 */
import { SvelteSet } from "svelte/reactivity";

export class Selection {
  readonly ids = new SvelteSet<number>();
  /** Everything that the filters find, also what is not loaded. */
  all = $state(false);
  /** Where the keyboard is. */
  cursor = $state<number | null>(null);
  #anchor: number | null = null;

  get size(): number {
    return this.ids.size;
  }

  has(id: number): boolean {
    return this.all || this.ids.has(id);
  }

  /** What an action is for; empty: nothing. Does not know of `all`. */
  get targets(): number[] {
    if (this.ids.size > 0) return [...this.ids];
    return this.cursor === null ? [] : [this.cursor];
  }

  /** Only this one. */
  only(id: number): void {
    this.clear();
    this.ids.add(id);
    this.cursor = this.#anchor = id;
  }

  toggle(id: number): void {
    this.all = false;
    if (!this.ids.delete(id)) this.ids.add(id);
    this.cursor = this.#anchor = id;
  }

  /** From where it began to this one, instead of what was chosen. */
  extend(id: number, order: readonly number[]): void {
    const from = order.indexOf(this.#anchor ?? this.cursor ?? id);
    const to = order.indexOf(id);
    if (to < 0) return;
    const start = from < 0 ? to : from;
    this.all = false;
    this.ids.clear();
    for (const one of order.slice(Math.min(start, to), Math.max(start, to) + 1)) this.ids.add(one);
    this.#anchor = order[start] ?? id;
    this.cursor = id;
  }

  /** The keyboard goes to this one; what is chosen stays. */
  point(id: number): void {
    this.cursor = this.#anchor = id;
  }

  every(order: readonly number[]): void {
    for (const id of order) this.ids.add(id);
  }

  clear(): void {
    this.all = false;
    this.ids.clear();
  }

  /** Nothing chosen, and the keyboard nowhere: another list is shown. */
  reset(): void {
    this.clear();
    this.cursor = this.#anchor = null;
  }

  /** Entries left the list: they are not chosen any more, and the keyboard goes to the next that is there. */
  forget(gone: ReadonlySet<number>, before: readonly number[]): void {
    for (const id of gone) this.ids.delete(id);
    if (this.#anchor !== null && gone.has(this.#anchor)) this.#anchor = null;
    if (this.cursor === null || !gone.has(this.cursor)) return;
    const at = before.indexOf(this.cursor);
    const stays = (id: number) => !gone.has(id);
    this.cursor = before.slice(at).find(stays) ?? before.slice(0, Math.max(0, at)).findLast(stays) ?? null;
  }
}
