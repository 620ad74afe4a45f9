/** Which entries are chosen, and where the keyboard is. Knows entries by their ids and their order. */
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

  move(id: number): void {
    this.cursor = this.#anchor = id;
  }

  every(order: readonly number[]): void {
    for (const id of order) this.ids.add(id);
  }

  clear(): void {
    this.all = false;
    this.ids.clear();
  }

  /** Forgets what is not there any more. */
  keep(order: readonly number[]): void {
    const there = new Set(order);
    for (const id of this.ids) if (!there.has(id)) this.ids.delete(id);
  }
}
