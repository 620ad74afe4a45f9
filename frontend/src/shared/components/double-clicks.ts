/** Tells the second click of a double click from one that was meant. Knows nothing of what is clicked. */

const together = 400; // milliseconds: systems take two clicks within 400 to 500 for a double click

export class DoubleClicks {
  #last = -Infinity;

  /** Whether this click is one of its own. `detail` is the click's number at its place, 0 of one by a key. */
  counts({ detail, timeStamp }: Pick<MouseEvent, "detail" | "timeStamp">): boolean {
    if (detail > 1 && timeStamp - this.#last < together) return false;
    this.#last = timeStamp;
    return true;
  }
}
