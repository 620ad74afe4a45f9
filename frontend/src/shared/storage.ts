/** Stores small choices in the browser between visits; a browser that stores nothing is no error. */

export function store(name: string, value: string): void {
  try {
    localStorage.setItem(`tenfold.${name}`, value);
  } catch {
    // Storage is switched off or full: the choice holds until the page is closed.
  }
}

export function stored(name: string): string | null {
  try {
    return localStorage.getItem(`tenfold.${name}`);
  } catch {
    return null;
  }
}
