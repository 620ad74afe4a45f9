/** A double click clicks a button once, and a held key presses it once. Knows nothing of what they do. */

const together = 400; // milliseconds: systems take two clicks within 400 to 500 for a double click
const clickable = "button, a, summary, label";
const often = "[data-often]"; // is clicked several times in a row, and each counts
const lines = "textarea, [contenteditable]"; // Enter begins one
let last = -Infinity;

/** For all clicks and keys of a window, before anything else hears of them: what the first click brought may lie under
 *  the second. */
export function pressOnce(event: MouseEvent | KeyboardEvent): void {
  const within = (what: string) => (event.target as Element | null)?.closest?.(what);
  if ("key" in event) {
    if (event.repeat && event.key === "Enter" && !within(lines)) event.preventDefault();
  } else if (event.detail < 2 || event.timeStamp - last >= together) last = event.timeStamp;
  else if (within(clickable) && !within(often)) {
    event.preventDefault();
    event.stopPropagation();
  }
}
