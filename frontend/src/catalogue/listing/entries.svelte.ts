/** A list of entries as far as it was scrolled, loaded page by page, and kept as it is on the server. */
import { failureOf } from "../../api/request";
import type { Failure } from "../../shared/failures";
import type { Entry } from "../../api/types";

export interface PageOfEntries {
  entries: readonly Entry[];
  next: string | null;
}
/** Gives the page after a cursor, the first for null. */
export type Source = (after: string | null, signal: AbortSignal) => Promise<PageOfEntries>;

interface Loaded extends PageOfEntries {
  after: string | null;
  /** As of which change of the catalogue. */
  version: number;
}

export class Entries {
  #pages = $state.raw<readonly Loaded[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  readonly list = $derived(flat(this.#pages));
  readonly order = $derived(this.list.map(({ id }) => id));
  readonly more = $derived(this.#pages.at(-1)?.next != null);
  #source: Source | null = null;
  #stop = new AbortController();
  #version = 0;
  #refreshing: Promise<void> | null = null;
  readonly #onGone: (gone: ReadonlySet<number>, before: readonly number[]) => void;

  /** `onGone` is told which entries left the list, and what the list was; not of those that are to be loaded again
   *  when somebody scrolls there. */
  constructor(onGone: (gone: ReadonlySet<number>, before: readonly number[]) => void = () => undefined) {
    this.#onGone = onGone;
  }

  /** Another list. The one before is shown until the first page has come. */
  async open(source: Source): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#refreshing = null;
    this.#source = source;
    this.busy = false;
    this.state = "loading";
    await this.#guarded(async (signal) => {
      const page = await this.#load(null, signal);
      this.#replace([page], true);
      this.state = "ready";
    });
  }

  async loadMore(): Promise<void> {
    const last = this.#pages.at(-1);
    if (this.busy || this.state !== "ready" || !last?.next) return;
    this.busy = true;
    await this.#guarded(async (signal) => {
      const page = await this.#load(last.next, signal);
      // A refresh meanwhile may have put another end there.
      if (this.#pages.at(-1) === last) this.#pages = [...this.#pages, page];
    });
    this.busy = false;
  }

  /** The catalogue changed: what is in sight (places from `first` to `last`) is asked for again. */
  async changed(first: number, last: number): Promise<void> {
    this.#version += 1;
    await this.refresh(first, last);
  }

  /** Asks again for the pages in sight that are older than the last change; what lies below them is dropped, to be
   *  loaded again when somebody scrolls there. */
  async refresh(first: number, last: number): Promise<void> {
    while (this.#refreshing) await this.#refreshing;
    if (this.state !== "ready") return;
    const from = this.#pageAt(first);
    const stale = this.#pages
      .slice(from, this.#pageAt(last) + 1)
      .some(({ version }) => version < this.#version);
    if (!stale) return;
    this.#refreshing = this.#guarded((signal) => this.#reload(from, last, signal));
    await this.#refreshing;
    this.#refreshing = null;
  }

  #pageAt(place: number): number {
    let end = 0;
    const at = this.#pages.findIndex(({ entries }) => (end += entries.length) > place);
    return at < 0 ? Math.max(0, this.#pages.length - 1) : at;
  }

  async #reload(from: number, last: number, signal: AbortSignal): Promise<void> {
    const before = this.#pages.slice(0, from);
    let place = before.reduce((sum, { entries }) => sum + entries.length, 0);
    const fresh: Loaded[] = [];
    let after = this.#pages[from]?.after ?? null;
    do {
      const page = await this.#load(after, signal);
      fresh.push(page);
      place += page.entries.length;
      after = page.next;
    } while (after !== null && place <= last);
    this.#replace([...before, ...fresh]);
  }

  #replace(pages: readonly Loaded[], another = false): void {
    const before = this.order;
    this.#pages = pages;
    const now = new Set(this.order);
    // Below the last that is still there, entries may only not be loaded any more.
    const end = this.more && !another ? before.findLastIndex((id) => now.has(id)) : before.length;
    const gone = before.slice(0, Math.max(0, end)).filter((id) => !now.has(id));
    if (gone.length > 0) this.#onGone(new Set(gone), before);
  }

  async #load(after: string | null, signal: AbortSignal): Promise<Loaded> {
    if (!this.#source) throw new Error("no list is open");
    const version = this.#version;
    return { ...(await this.#source(after, signal)), after, version };
  }

  async #guarded(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    try {
      await work(signal);
      if (!signal.aborted) this.failure = null;
    } catch (error) {
      if (signal.aborted) return; // another list was opened
      this.failure = failureOf(error);
      if (this.state === "loading") this.state = "failed";
    }
  }
}

/** The pages one after another, each entry once: between two loads entries can move from one to the next. */
function flat(pages: readonly PageOfEntries[]): Entry[] {
  const seen = new Set<number>();
  return pages.flatMap(({ entries }) => entries.filter(({ id }) => !seen.has(id) && seen.add(id)));
}
