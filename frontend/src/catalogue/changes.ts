/** Tells of changes of the catalogue, made here or elsewhere. */
import { events } from "../shell/loading/events.svelte";
import { edits } from "./edits.svelte";

const soon = 400; // milliseconds

/** Calls `listener` at once after what was done here, and once in a `pause` however fast others change something.
 *  Gives the function that ends it, as `$effect` wants it. */
export function onChanged(listener: () => void, pause = soon): () => void {
  let due: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    clearTimeout(due);
    due = undefined;
    listener();
  };
  const later = () => (due ??= setTimeout(now, pause));
  const ends = [events.on("catalogue", later), events.on("connected", later), edits.onDone(now)];
  return () => {
    clearTimeout(due);
    for (const end of ends) end();
  };
}
