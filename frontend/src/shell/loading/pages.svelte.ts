/** A list that comes in pages, and stays as long as it is when it is asked for again. */
import { failureOf } from "../../api/request";
import type { Failure } from "../../shared/failures";

interface Page<Row, Place> {
  rows: readonly Row[];
  /** Where the next page begins; null: there is none. */
  next: Place | null;
}

export class Pages<Row, Place> {
  list = $state.raw<readonly Row[]>([]);
  next = $state.raw<Place | null>(null);
  /** Nothing has come yet. */
  loading = $state(true);
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly #ask: (from: Place | null) => Promise<Page<Row, Place>>;
  #asked = 0;

  /** `ask`: the page that begins there; for null the first. */
  constructor(ask: (from: Place | null) => Promise<Page<Row, Place>>) {
    this.#ask = ask;
  }

  /** Asks for the first page of another list. */
  open = (): Promise<void> => {
    [this.list, this.next, this.loading] = [[], null, true];
    return this.#load([], null, 0);
  };

  /** Asks from the first on, for as many as are shown. */
  load = (): Promise<void> => this.#load([], null, this.list.length);

  /** Asks for the next page. */
  more = (): Promise<void> => this.#load(this.list, this.next, this.list.length + 1);

  /** What is asked last wins. */
  async #load(list: readonly Row[], from: Place | null, wanted: number): Promise<void> {
    const mine = ++this.#asked;
    this.busy = true;
    try {
      do {
        const page = await this.#ask(from);
        if (mine !== this.#asked) return;
        list = [...list, ...page.rows];
        from = page.next;
      } while (from !== null && list.length < wanted);
      [this.list, this.next, this.failure] = [list, from, null];
    } catch (error) {
      const why = failureOf(error);
      if (mine === this.#asked) this.failure = why;
    } finally {
      if (mine === this.#asked) [this.loading, this.busy] = [false, false];
    }
  }
}
