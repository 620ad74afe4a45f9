/** What the server tells by itself: jobs, changes of the catalogue, another model. Comes back after a break. */
import type { Job } from "../../api/types";
import { at } from "../../shared/root";
import { connection } from "./connection.svelte";

/** A message for browsers, as the outbox keeps it. */
export interface Notice {
  /** The same however often it comes. */
  id: string;
  title: string;
  text: string;
  data:
    | { type: "test" }
    | { type: "drift"; state: "began" | "ended"; model_name: string }
    | {
        type: "event";
        /** "?": none of the model's. */
        class: string;
        camera_name: string;
        confidence: number;
        zones: string[];
        start: string;
        rule: string;
      };
}

interface Told {
  /** A job that changed. */
  job: Job;
  /** Entries changed; `version` grows. */
  catalogue: { version: number };
  /** Another model is live. */
  model: { hash: string };
  /** A message was sent to browsers. */
  notice: Notice;
  /** The connection stands (again): what was missed meanwhile has to be asked for. */
  connected: null;
}
type Kind = keyof Told;
type Listener<K extends Kind> = (told: Told[K]) => void;

const address = "/api/v1/events";
const first = 1_000; // milliseconds until the next try, doubled with each
const longest = 30_000;

class Events {
  connected = $state(false);
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = first;
  readonly #listeners: { [K in Kind]: Set<Listener<K>> } = {
    job: new Set(),
    catalogue: new Set(),
    model: new Set(),
    notice: new Set(),
    connected: new Set(),
  };

  /** Calls `listener` from now on; gives the function that ends it, as `$effect` wants it. */
  on<K extends Kind>(kind: K, listener: Listener<K>): () => void {
    const all: Set<Listener<K>> = this.#listeners[kind];
    all.add(listener);
    return () => all.delete(listener);
  }

  start(): void {
    this.stop();
    const source = new EventSource(at(address));
    this.#source = source;
    source.onopen = () => {
      this.connected = true;
      this.#wait = first;
      this.#tell("connected", null);
    };
    source.onerror = () => {
      this.connected = false;
      connection.doubt();
      // A browser tries again by itself after a break, but not after an answer that is no stream.
      if (source.readyState === EventSource.CLOSED) this.#again();
    };
    for (const kind of ["job", "catalogue", "model", "notice"] as const) {
      source.addEventListener(kind, (event) => this.#tell(kind, JSON.parse(event.data as string)));
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.connected = false;
  }

  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), this.#wait);
    this.#wait = Math.min(longest, this.#wait * 2);
  }

  #tell<K extends Kind>(kind: K, told: Told[K]): void {
    for (const listener of this.#listeners[kind]) listener(told);
  }
}

export const events = new Events();
