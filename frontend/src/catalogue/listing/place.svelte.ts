/** What the catalogue's address says: the view, the filters and the opened picture; and the ways from one to another. */
import type { Entry } from "../../api/types";
import { OpenedOver } from "../../shell/addresses/opened-over";
import { router } from "../../shell/addresses/router.svelte";
import { fromQuery, toQuery, type Filters } from "../filters/filters";

const views = ["grid", "duplicates", "timeline"] as const;

export class Place {
  readonly view = $derived(views.find((one) => one === router.query.get("view")) ?? "grid");
  /** The id of the picture that is open. */
  readonly opened = $derived(Number(router.query.get("open")) || null);
  /** The id of the picture whose like are shown. */
  readonly like = $derived(Number(router.query.get("like")) || null);
  readonly #written = $derived(toQuery(fromQuery(router.query)).toString()); // the same filters in any writing
  readonly filters = $derived(fromQuery(new URLSearchParams(this.#written)));
  readonly timeline = $derived.by(() => {
    const query = toQuery(this.filters);
    query.set("view", "timeline");
    return addressOf(query);
  });
  /** All pictures; from the timeline, those of its filters. */
  readonly all = $derived(this.view === "timeline" ? addressOf(toQuery(this.filters)) : "/catalogue");
  readonly #over = new OpenedOver();

  change(to: Partial<Filters>): void {
    const query = toQuery({ ...this.filters, ...to });
    for (const kept of this.view === "timeline" ? ["view", "by"] : []) {
      const value = router.query.get(kept);
      if (value) query.set(kept, value);
    }
    router.go(addressOf(query));
  }

  /** Asked a moment after a letter, when another page may be on its way: that one stays. */
  search(text: string): void {
    if (router.path !== "/catalogue") return;
    router.go(addressOf(toQuery({ ...this.filters, text })), { replace: true });
  }

  open(entry: Entry): void {
    this.#over.open(this.#with(entry.id));
  }

  /** From the opened picture to another. */
  turnTo(entry: Entry): void {
    router.go(this.#with(entry.id), { replace: true });
  }

  showLike(entry: Entry): void {
    this.#over.leave();
    router.go(`/catalogue?like=${entry.id}`);
  }

  close(): void {
    if (this.opened === null) return; // by the browser's own way back
    this.#over.close(this.#with(null));
  }

  #with(open: number | null): string {
    const query = new URLSearchParams(router.query);
    if (open === null) query.delete("open");
    else query.set("open", String(open));
    return addressOf(query);
  }
}

function addressOf(query: URLSearchParams): string {
  return query.size > 0 ? `/catalogue?${query}` : "/catalogue";
}
