/** Finds out that the browser deleted what the app had stored. A note in another of its stores outlasts that in most
 *  browsers; where everything goes at once, the app starts like new. */
import { store, stored } from "../../shared/storage";

export interface Lost {
  model: boolean;
  /** Pictures that were never sent. */
  pictures: number;
}

export function noteModel(): void {
  store("phone.model", "yes");
}

export function noteUnsent(count: number): void {
  store("phone.unsent", String(count));
}

/** What is gone, by the note of an earlier visit; null: nothing. */
export function lostSince(there: { model: boolean; pictures: number }): Lost | null {
  const model = stored("phone.model") === "yes" && !there.model;
  const pictures = Math.max(0, Number(stored("phone.unsent") ?? 0) - there.pictures);
  return model || pictures > 0 ? { model, pictures } : null;
}

/** Asks the browser to delete nothing of it by itself. */
export async function askToKeep(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}
