/** Which page is shown: the address's path and query. Links to our own pages do not load the document again. */

import { at, root } from "../../shared/root";
import { mayLeave, unsent } from "../../shared/typed";

class Router {
  path = $state(inside(location.pathname));
  query = $state.raw(new URLSearchParams(location.search));
  /** Counts the moves made on the page; 0 while the first page is shown. */
  moves = $state(0);

  /** The place in the browser's history; each entry has the number of its own. */
  #place = numbered(history.state) ?? 0;
  #goingBack = false; // to the entry from which the person wanted to go

  constructor() {
    history.replaceState(this.#place, "");
    addEventListener("popstate", ({ state }) => void this.#popped(numbered(state)));
  }

  /** The browser has gone to another entry already: where something is typed, back to it, and ask. */
  async #popped(place: number | null): Promise<void> {
    if (this.#goingBack) {
      this.#goingBack = false;
      return;
    }
    const steps = (place ?? this.#place) - this.#place;
    if (steps !== 0 && unsent()) {
      this.#goingBack = true;
      history.go(-steps);
      if (await mayLeave()) history.go(steps);
      return;
    }
    this.#place += steps;
    this.#read();
  }

  /** Shows another page, or another view of it. `stay`: what is over the page changes, so it is not scrolled. */
  go(address: string, { replace = false, stay = replace }: { replace?: boolean; stay?: boolean } = {}): void {
    const url = new URL(at(address), location.href);
    if (url.pathname + url.search === location.pathname + location.search) return;
    if (!replace) this.#place += 1;
    history[replace ? "replaceState" : "pushState"](this.#place, "", url.pathname + url.search);
    this.#read();
    if (!stay) scrollTo(0, 0);
  }

  /** Puts the view's choices into the address without a new entry in the history. */
  setQuery(query: URLSearchParams): void {
    const text = query.toString();
    this.go(this.path + (text && `?${text}`), { replace: true });
  }

  /** For clicks anywhere: takes those on plain links to pages of ours. */
  follow(event: MouseEvent, ours: (path: string) => boolean): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.hash || !ours(inside(link.pathname))) return;
    event.preventDefault();
    const address = inside(link.pathname) + link.search;
    if (!unsent()) this.go(address);
    else void mayLeave().then((may) => may && this.go(address));
  }

  #read(): void {
    const before = this.path;
    this.path = inside(location.pathname);
    this.query = new URLSearchParams(location.search);
    if (this.path !== before) this.moves += 1;
  }
}

const numbered = (state: unknown): number | null => (typeof state === "number" ? state : null);

/** The path of one of our pages, without the prefix that a proxy has before it. */
const inside = (path: string): string =>
  tidy(path === root || path.startsWith(`${root}/`) ? path.slice(root.length) || "/" : path);

/** "/catalogue/" is "/catalogue". */
export function tidy(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") || "/" : path;
}

export const router = new Router();
