/** What a screen reader says without being asked. */
class Announcer {
  text = $state("");
  #clear: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    // The same words twice would not be read twice; an invisible mark makes them new.
    this.text = text === this.text ? `${text}\u00A0` : text;
    clearTimeout(this.#clear);
    this.#clear = setTimeout(() => (this.text = ""), 8000);
  }
}

export const announcer = new Announcer();
