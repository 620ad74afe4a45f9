/** A message by which somebody sees whether a destination works; followed until it has arrived or was given up. */
import { request } from "../api/request";
import type { Message } from "./api";
import { isOver, progressOf, type Progress } from "./standing";

const between = 700; // milliseconds
const patience = 20_000;

export class TestMessage {
  message = $state.raw<Message | null>(null);
  busy = $state(false);
  #count = 0;

  progress(enabled: boolean): Progress {
    return this.message ? progressOf(this.message, enabled) : "waits";
  }

  /** Returns when it has arrived or was given up, or after a while in which it did neither. Throws Refused.
   *  enabled: whether the destination is sent anything now. */
  async send(destination: number, enabled: boolean): Promise<void> {
    const mine = ++this.#count;
    this.busy = true;
    try {
      let message = await request("post", "/api/v1/destinations/{id}/test", { path: { id: destination } });
      const path = { id: destination, message_id: message.id };
      const end = Date.now() + patience;
      while (mine === this.#count) {
        this.message = message;
        if (!enabled || isOver(this.progress(true)) || Date.now() > end) return;
        await new Promise((done) => setTimeout(done, between));
        message = await request("get", "/api/v1/destinations/{id}/messages/{message_id}", { path });
      }
    } finally {
      if (mine === this.#count) this.busy = false;
    }
  }

  /** What it said is of no interest any more. */
  end(): void {
    this.#count += 1;
    this.message = null;
    this.busy = false;
  }
}
