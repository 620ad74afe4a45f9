/** One answer of the server, asked for again whenever what is asked changes; an older answer never wins. Where the
 *  server is away, what was there stays, and the question is asked again when it is back. */
import { failureOf } from "../../api/request";
import type { Failure } from "../../shared/failures";
import { connection } from "./connection.svelte";

export class Query<T> {
  answer = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  #count = 0;
  readonly #keep: boolean;

  /** keep: it is always the same that is asked, so that what was there stays beside a refusal, with all that somebody
   *  is writing in it. */
  constructor({ keep = false } = {}) {
    this.#keep = keep;
  }

  /** Keeps what was there until the new answer has come. */
  async ask(question: () => Promise<T>): Promise<void> {
    const mine = ++this.#count;
    try {
      const answer = await question();
      if (mine !== this.#count) return;
      this.answer = answer;
      this.failure = null;
    } catch (error) {
      const failure = failureOf(error);
      if (mine !== this.#count) return;
      if (failure.kind === "network") {
        const end = connection.onBack(() => {
          end();
          if (mine === this.#count) void this.ask(question);
        });
        if (this.answer !== null) return;
      }
      this.failure = failure;
      if (!this.#keep) this.answer = null;
    }
  }

  clear(): void {
    this.#count += 1;
    this.answer = null;
    this.failure = null;
  }
}
