/** Which class a key means. Knows nothing of what is then done with it. */

export interface KeyedClass {
  label: string;
  /** In the page's language. */
  name: string;
}

/** Where none of the classes is meant, on an English and on a Cyrillic keyboard. */
const noneKeys = ["n", "н"];

/** The classes that a key can mean, the likeliest first; "" is none of these.
 *
 *  A digit is the n-th class, 0 the tenth; a letter begins a class's name, else its label. `code` is the key's
 *  place on the keyboard, for layouts on which its letter is another one.
 */
export function classesOf(key: string, code: string, classes: readonly KeyedClass[]): string[] {
  const digit = /^\d$/.test(key) ? key : (/^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? "");
  if (digit) {
    const nth = classes[digit === "0" ? 9 : Number(digit) - 1];
    return nth ? [nth.label] : [];
  }
  if ([...key].length !== 1) return [];
  const letter = key.toLocaleLowerCase();
  const begins = (text: string) => text.toLocaleLowerCase().startsWith(letter);
  const named = classes.filter(({ name }) => begins(name));
  const found = (named.length > 0 ? named : classes.filter(({ label }) => begins(label))).map(
    ({ label }) => label,
  );
  if (noneKeys.includes(letter) || (found.length === 0 && code === "KeyN")) found.push("");
  return found;
}

/** The digit of the n-th class, where it has one. */
export function digitOf(index: number): string {
  return index < 9 ? String(index + 1) : index === 9 ? "0" : "";
}

// Milliseconds in which the same letter still means the picture that it moved out of sight.
const patience = 1500;

/** Remembers the last letter: pressing it again goes on to the next class that it can mean. */
export class ClassKeys<Target> {
  #last: { key: string; at: number; turn: number; target: Target } | null = null;

  /** The class that is meant, and for what: the same as before where the letter goes on. Null: no class's key, or one
   *  that is held down, which would go on to pictures that nobody looked at. */
  press(
    event: { key: string; code: string; repeat?: boolean },
    classes: readonly KeyedClass[],
    target: Target,
    now: number,
  ): { label: string; target: Target } | null {
    if (event.repeat) return null;
    const labels = classesOf(event.key, event.code, classes);
    if (labels.length === 0) return null;
    const last = this.#last;
    const same = last?.key === event.key && labels.length > 1;
    const again =
      same && (now - last.at < patience || JSON.stringify(last.target) === JSON.stringify(target));
    const turn = again ? last.turn + 1 : 0;
    this.#last = { key: event.key, at: now, turn, target: again ? last.target : target };
    return { label: labels[turn % labels.length] ?? "", target: this.#last.target };
  }

  forget(): void {
    this.#last = null;
  }
}
