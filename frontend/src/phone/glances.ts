/** Makes a calm answer of many quick ones: frames of a camera differ a little, and a name that flickers is not read. */
import type { Prediction } from "../shared/types";

const weight = 0.3; // of the newest frame
const window = 1_000; // milliseconds over which frames are counted

export class Glances {
  #shares = new Map<string, number>();
  /** Between 0 and 1: how many of the frames were none of the classes. */
  #none = 0;
  #times: number[] = [];

  /** Adds an answer that came at a time in milliseconds. label "": none of the classes; rate: answers in a second. */
  add(prediction: Prediction, now: number): { seen: { label: string; share: number }; rate: number } {
    const part = this.#shares.size === 0 ? 1 : weight;
    for (const [label, share] of Object.entries(prediction.probabilities)) {
      const before = this.#shares.get(label) ?? 0;
      this.#shares.set(label, before + (share - before) * part);
    }
    this.#none += ((prediction.known ? 0 : 1) - this.#none) * part;
    this.#times = [...this.#times.filter((time) => time > now - window), now];
    const [label, share] = [...this.#shares].reduce((best, one) => (one[1] > best[1] ? one : best));
    return { seen: { label: this.#none > 0.5 ? "" : label, share }, rate: this.#times.length };
  }

  forget(): void {
    this.#shares.clear();
    this.#none = 0;
    this.#times = [];
  }
}
