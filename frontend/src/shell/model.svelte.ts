/** The model that answers now: its classes and what they are called. */
import { fetchModel, type ModelAnswer } from "../api/client";
import { namesOf } from "../shared/model-scores";
import { events } from "./loading/events.svelte";
import { language } from "../shared/language.svelte";

class LiveModel {
  /** null: the server does not say. */
  answer = $state.raw<ModelAnswer | null | "loading">("loading");
  readonly classes = $derived(
    this.answer && this.answer !== "loading" ? this.answer.classes.map(({ label }) => label) : [],
  );

  start(): void {
    events.on("model", () => void this.load());
  }

  async load(): Promise<void> {
    const answer = await fetchModel();
    language.names = namesOf(answer);
    this.answer = answer;
  }
}

export const model = new LiveModel();
