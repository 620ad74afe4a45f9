/** A long list that grows at its head: its newest rows are asked for again and again while the page is in sight, older
 *  ones when somebody wants them. What is listed follows filters in the page's address. */
import { failureOf } from "../../api/request";
import type { Failure } from "../../shared/failures";
import { repeatInSight } from "../../shared/repeat";
import { router } from "../addresses/router.svelte";

interface Source<Row, Filters> {
  perPage: number;
  /** Milliseconds between two questions. */
  pause: number;
  fromQuery: (query: URLSearchParams) => Filters;
  toQuery: (filters: Filters) => URLSearchParams;
  /** `last`: the last row of the page before; null: the newest are asked for. */
  ask: (filters: Filters, limit: number, last: Row | null) => Promise<Row[]>;
  isOlder: (one: Row, other: Row) => boolean;
}

export class NewestFirst<Row, Filters> {
  list = $state.raw<Row[] | null>(null);
  failure = $state.raw<Failure | null>(null);
  more = $state(false);
  loadingMore = $state(false);
  readonly #source: Source<Row, Filters>;
  // The same text for the same filters, whatever else changes in the address.
  readonly #asked = $derived.by(() => this.#source.toQuery(this.#source.fromQuery(router.query)).toString());
  readonly filters = $derived.by(() => this.#source.fromQuery(new URLSearchParams(this.#asked)));

  /** To be made by a component, with which it ends. */
  constructor(source: Source<Row, Filters>) {
    this.#source = source;
    $effect(() => {
      void this.#asked;
      this.list = null;
    });
    $effect(() => {
      const from = this.filters;
      return repeatInSight(() => this.#load(from), source.pause);
    });
  }

  /** Asks for the newest now. */
  load = (): Promise<void> => this.#load(this.filters);

  async #load(from: Filters): Promise<void> {
    try {
      const newest = await this.#source.ask(from, this.#source.perPage, null);
      if (from !== this.filters) return;
      const whole = newest.length < this.#source.perPage;
      if (this.list === null || whole) this.more = !whole;
      this.list = withNewest(this.list ?? [], newest, whole, this.#source.isOlder);
      this.failure = null;
    } catch (error) {
      if (from === this.filters) this.failure = failureOf(error);
    }
  }

  loadMore = async (): Promise<void> => {
    const [from, last] = [this.filters, this.list?.at(-1)];
    if (!last || this.loadingMore) return;
    this.loadingMore = true;
    try {
      const older = await this.#source.ask(from, this.#source.perPage, last);
      if (from !== this.filters || !this.list) return;
      this.list = [...this.list, ...older];
      this.more = older.length === this.#source.perPage;
    } catch (error) {
      this.failure = failureOf(error);
    } finally {
      this.loadingMore = false;
    }
  };
}

/** The list with its newest part replaced by what the server says now. `whole`: there is nothing older. */
export function withNewest<Row>(
  list: readonly Row[],
  newest: readonly Row[],
  whole: boolean,
  isOlder: (one: Row, other: Row) => boolean,
): Row[] {
  const last = newest.at(-1);
  return !last || whole ? [...newest] : [...newest, ...list.filter((one) => isOlder(one, last))];
}
