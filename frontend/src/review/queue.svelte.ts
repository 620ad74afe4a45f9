/** The review queue: one picture at a time, the next ones at hand, and how many are left. */
import { failureOf, request } from "../api/request";
import type { Failure } from "../shared/failures";
import type { Entry } from "../api/types";

const ahead = 12; // more are asked for when fewer are at hand
const perPage = 40;

export class Queue {
  state = $state<"loading" | "ready" | "failed">("loading");
  failure = $state.raw<Failure | null>(null);
  left = $state(0);
  #waiting = $state.raw<readonly Entry[]>([]);
  /** Entries that were on the stage, the last one last, so that one can go back to them. */
  #past: readonly Entry[] = [];
  #next: string | null = null;
  #asking = false;
  readonly #seen = new Set<number>(); // in this round

  readonly current = $derived(this.#waiting[0] ?? null);
  readonly coming = $derived(this.#waiting.slice(1, 4));

  /** From the start: also what was skipped comes again. */
  async open(): Promise<void> {
    this.state = "loading";
    this.#waiting = [];
    this.#past = [];
    this.#next = null;
    this.#seen.clear();
    await this.#ask(null);
  }

  /** On to the next. `settled`: this one needs no look any more. */
  pass(settled: boolean): void {
    const [now, ...rest] = this.#waiting;
    if (!now) return;
    this.#past = [...this.#past, now].slice(-200);
    this.#waiting = rest;
    if (settled) this.left = Math.max(0, this.left - 1);
    if (rest.length < ahead && this.#next) void this.#ask(this.#next);
  }

  /** Back to the one before; it has to be settled again where it was. */
  back(unsettled: boolean): Entry | null {
    const last = this.#past.at(-1);
    if (!last) return null;
    this.#past = this.#past.slice(0, -1);
    this.#waiting = [last, ...this.#waiting];
    if (unsettled) this.left += 1;
    return last;
  }

  async #ask(after: string | null): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const query = after === null ? { limit: perPage } : { limit: perPage, after };
      const page = await request("get", "/api/v1/review", { query });
      const fresh = page.entries.filter(({ id }) => !this.#seen.has(id));
      for (const { id } of fresh) this.#seen.add(id);
      this.#waiting = [...this.#waiting, ...fresh];
      this.#next = page.next;
      if (after === null) this.left = page.left;
      this.failure = null;
      this.state = "ready";
    } catch (error) {
      this.failure = failureOf(error);
      if (this.state === "loading") this.state = "failed";
    } finally {
      this.#asking = false;
    }
  }
}
