/** Pictures on their way to the server: sent in order, several at once, and again where the server was away. */
import type { Failure } from "../shared/failures";

export interface Outgoing {
  draft: number;
  /** The class. */
  part: number;
  /** Pictures of one batch are undone together. */
  batch: number;
  /** They are frames of one recording. */
  recording: boolean;
  file: File;
}

const most = 12; // pictures in one request
/** Frames that wait; where the line is slow, recording leaves some out and does not fill the memory. */
const longestQueue = 48;

export class Outbox {
  /** How many have not arrived yet. */
  waiting = $state(0);
  #queue: Outgoing[] = [];
  #sending = false;

  /** send: throws nothing; gives why nothing arrived, or null. back: resolves once the server answers again. */
  constructor(
    private readonly send: (pictures: readonly Outgoing[]) => Promise<Failure | null>,
    private readonly back: () => Promise<void>,
  ) {}

  get full(): boolean {
    return this.#queue.length >= longestQueue;
  }

  add(pictures: readonly Outgoing[]): void {
    this.#queue.push(...pictures);
    this.waiting += pictures.length;
    if (!this.#sending) void this.#run();
  }

  async #run(): Promise<void> {
    this.#sending = true;
    for (let group = this.#next(); group.length > 0; group = this.#next()) {
      const failure = await this.send(group);
      if (failure?.kind === "network") {
        await this.back();
        continue;
      }
      this.#queue.splice(0, group.length);
      this.waiting -= group.length;
    }
    this.#sending = false;
  }

  /** The first ones that go to the same place. */
  #next(): Outgoing[] {
    const first = this.#queue[0];
    if (!first) return [];
    const end = this.#queue.findIndex((one) => one.part !== first.part || one.batch !== first.batch);
    return this.#queue.slice(0, Math.min(end < 0 ? this.#queue.length : end, most));
  }
}
