/** The pictures that are listed, how many there are of each kind, and what is selected and done with it.
 *  Follows the address, and what changes on the server. */
import { untrack } from "svelte";
import type { Counts } from "../../api/types";
import { Refused } from "../../api/request";
import { language } from "../../shared/language.svelte";
import { events } from "../../shell/loading/events.svelte";
import { confirmRemoval } from "../../shell/messages/confirmation.svelte";
import { model } from "../../shell/model.svelte";
import { session } from "../../shell/session.svelte";
import { alikeTo, countsOf, exportOf, listed, pictureOf, type Target } from "../api";
import { onChanged } from "../changes";
import { edits } from "../edits.svelte";
import { Entries } from "./entries.svelte";
import { longestIds, toAsked, written } from "../filters/filters";
import { ClassKeys } from "../grid/keys";
import type { Place } from "./place.svelte";
import { Selection } from "../grid/selection.svelte";
import { uploads } from "../uploads/uploading";
import { say } from "../texts";

export type BulkEdit = "delete" | "restore" | "share" | "unshare" | "uncorrect";

const withoutEvents = 2000; // milliseconds between questions while the stream of events is cut

/** Made while a component is set up; ends with it. */
export class Listing {
  readonly selection = new Selection();
  readonly entries = new Entries((gone, before) => this.selection.forget(gone, before));
  counts = $state.raw<Counts | null>(null);
  /** How similar each is to the picture whose like are shown, by id. */
  similarities = $state.raw<ReadonlyMap<number, number>>(new Map());
  readonly total = $derived.by(() =>
    this.place.like === null ? (this.counts?.total ?? this.entries.list.length) : this.entries.list.length,
  );
  readonly mayChange = $derived(session.may("operator"));
  /** What can be filed under: the live model's classes, then what other models and people have said. */
  readonly classes = $derived(
    [...new Set([...model.classes, ...Object.keys(this.counts?.labels ?? {})])].filter(Boolean),
  );
  readonly #keyed = $derived(this.classes.map((label) => ({ label, name: language.className(label) })));
  readonly #keys = new ClassKeys<Target>();
  #counting = new AbortController();
  #sight = { first: 0, last: 50 };

  constructor(readonly place: Place) {
    $effect(() => {
      void [place.filters, place.like];
      if (place.view !== "grid") return;
      untrack(() => {
        this.selection.reset();
        this.list();
      });
    });
    $effect(() => {
      void place.filters;
      untrack(() => void this.#count());
    });
    // What changes on the server shows here, but not more than once in a while however fast it changes.
    $effect(() => onChanged(() => void this.refresh()));
    // Should the stream be cut, the pictures just sent still get their classes before one's eyes.
    $effect(() => {
      if (events.connected || (!uploads.active && !this.counts?.waiting)) return;
      const timer = setInterval(() => void this.refresh(), withoutEvents);
      return () => clearInterval(timer);
    });
  }

  list(): void {
    const { like, filters } = this.place;
    void this.entries.open(like === null ? listed(filters) : (_, signal) => this.#alike(like, signal));
  }

  async refresh(): Promise<void> {
    await Promise.all([this.entries.changed(this.#sight.first, this.#sight.last), this.#count()]);
  }

  /** The rows from first to last have come into sight. */
  see(first: number, last: number): void {
    this.#sight = { first, last };
    void this.entries.refresh(first, last);
  }

  /** Files what is selected, or `on`, under a class. */
  async file(label: string, on: Target | null = this.#target()): Promise<void> {
    if (!on || !this.mayChange || this.place.filters.deleted) return;
    await edits.do("correct", on, { label });
  }

  async bulk(kind: BulkEdit): Promise<void> {
    const on = this.#target();
    if (!on || !(await edits.do(kind, on))) return;
    this.selection.clear();
    document.querySelector<HTMLElement>("[role=listbox]")?.focus({ preventScroll: true });
  }

  /** Deletes what is chosen in the bin for good, or all that is shown of it, after a question. */
  async erase(all = false): Promise<void> {
    const on = all ? { filters: toAsked(this.place.filters) } : this.#target();
    if (!on) return;
    const sure = await confirmRemoval(
      say.counted("eraseTitle", "ids" in on ? on.ids.length : this.total),
      say.text("eraseText"),
      say.text("erase"),
    );
    if (sure && (await edits.erase(on)) !== null) this.selection.clear();
  }

  /** Whether a key pressed in the grid was one of ours. */
  key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Delete" || event.key === "Backspace") {
      if (!event.repeat) void (this.place.filters.deleted ? this.erase() : this.bulk("delete"));
      return this.mayChange;
    }
    const on = this.#target();
    if (!on || !this.mayChange) return false;
    const pressed = this.#keys.press(event, this.#keyed, on, performance.now());
    if (pressed) void this.file(pressed.label, pressed.target);
    return pressed !== null;
  }

  /** Where the selection is downloaded: one picture as it is, several as an archive; null: too many to name. */
  get download(): string | null {
    const { filters } = this.place;
    if (this.selection.all) return exportOf("pictures.zip", filters);
    const ids = [...this.selection.ids];
    const [only] = ids;
    if (ids.length === 1 && only !== undefined) return pictureOf(only, true);
    return written(ids).length > longestIds ? null : exportOf("pictures.zip", filters, ids);
  }

  #target(): Target | null {
    if (this.selection.all) return { filters: toAsked(this.place.filters) };
    const ids = this.selection.targets;
    return ids.length > 0 ? { ids } : null;
  }

  async #count(): Promise<void> {
    this.#counting.abort();
    this.#counting = new AbortController();
    const { signal } = this.#counting;
    try {
      this.counts = await countsOf(this.place.filters, signal);
    } catch (error) {
      if (!signal.aborted && !(error instanceof Refused)) throw error; // the list says what is wrong
    }
  }

  async #alike(id: number, signal: AbortSignal) {
    const { entries: found } = await alikeTo(id, signal);
    this.similarities = new Map(found.map(({ entry, similarity }) => [entry.id, similarity]));
    return { entries: found.map(({ entry }) => entry), next: null };
  }
}
