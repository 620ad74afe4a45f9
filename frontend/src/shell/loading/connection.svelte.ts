/** Whether the server answers. Whoever has a reason to doubt it says so; then the server is asked until it answers. */
import { at } from "../../shared/root";

const between = 2_000; // milliseconds from one question to the next
const patience = 5_000; // milliseconds that it has for an answer

export class Connection {
  /** The server does not answer. */
  away = $state(false);
  #asking = false;
  readonly #back = new Set<() => void>();

  /** `ask`: whether the server answers now; must not throw. */
  constructor(private readonly ask: () => Promise<boolean>) {}

  /** Calls `listener` each time the server is back; gives the function that ends it. */
  onBack(listener: () => void): () => void {
    this.#back.add(listener);
    return () => this.#back.delete(listener);
  }

  /** A request got no answer, or the stream of events ended: finds out, and goes on until the server answers. */
  doubt(): void {
    if (!this.#asking) void this.#findOut();
  }

  async #findOut(): Promise<void> {
    this.#asking = true;
    while (!(await this.ask())) {
      this.away = true;
      await new Promise((done) => setTimeout(done, between));
    }
    this.#asking = false;
    if (!this.away) return;
    this.away = false;
    for (const listener of this.#back) listener();
  }
}

async function alive(): Promise<boolean> {
  try {
    return (await fetch(at("/healthz"), { cache: "no-store", signal: AbortSignal.timeout(patience) })).ok;
  } catch {
    return false;
  }
}

export const connection = new Connection(alive);
