/** Which dialogs are open. What is outside of the last one cannot be seen well, nor used. */

import { untrack } from "svelte";

let open = $state.raw<readonly HTMLDialogElement[]>([]);

/** Returns what takes it out again. */
export function opened(dialog: HTMLDialogElement): () => void {
  open = [...untrack(() => open), dialog];
  return () => {
    open = untrack(() => open).filter((other) => other !== dialog);
  };
}

/** Whether keys pressed anywhere are for what is in the dialog `within`, or for the page without one. */
export function hasKeys(within: Element | null = null): boolean {
  const top = open.at(-1);
  return top ? within !== null && top.contains(within) : true;
}

/** Keeps an element that floats over the page over the dialogs too; for `@attach`. */
export function overDialogs(element: HTMLElement): void {
  const top = open.at(-1);
  if (top) top.append(element);
  else if (element.closest("dialog") || !element.isConnected) document.body.append(element);
}
