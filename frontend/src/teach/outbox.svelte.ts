/** Pictures on their way to the server: sent in order, several at once, and again where the server was away or busy. */
import type { Unfinished, UnfinishedFile } from "../shell/unfinished";

export interface Outgoing {
  draft: number;
  /** The class. */
  part: number;
  /** Pictures of one batch are undone together. */
  batch: number;
  /** They are frames of one recording. */
  recording: boolean;
  file: File;
  /** What a reloaded page knows it by; null for a frame, which nobody can choose again. */
  unfinished: UnfinishedFile | null;
}

const most = 12; // pictures in one request
/** Frames that wait; where the line is slow, recording leaves some out and does not fill the memory. */
const longestQueue = 48;

export class Outbox {
  /** How many have not arrived yet. */
  waiting = $state(0);
  #queue: Outgoing[] = [];
  #sending = false;

  /** send: throws nothing; false where the same may be taken later. back: resolves once the server answers again. */
  constructor(
    private readonly send: (pictures: readonly Outgoing[]) => Promise<boolean>,
    private readonly back: () => Promise<void>,
    private readonly unfinished: Unfinished,
  ) {}

  get full(): boolean {
    return this.#queue.length >= longestQueue;
  }

  add(pictures: readonly Outgoing[]): void {
    this.#queue.push(...pictures);
    this.waiting += pictures.length;
    void this.unfinished.remember(known(pictures));
    if (!this.#sending) void this.#run();
  }

  async #run(): Promise<void> {
    this.#sending = true;
    for (let group = this.#next(); group.length > 0; group = this.#next()) {
      if (!(await this.send(group))) {
        await this.back();
        continue;
      }
      void this.unfinished.forget(known(group));
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

const known = (pictures: readonly Outgoing[]) =>
  pictures.map(({ unfinished }) => unfinished).filter((one) => one !== null);
