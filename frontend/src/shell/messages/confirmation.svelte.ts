/** Asks a person before something that is not easily taken back: `if (await confirm({...})) ...`. */
import { language } from "../../shared/language.svelte";

export interface Question {
  title: string;
  text: string;
  /** The words of the button that does it. */
  yes: string;
  bad?: boolean;
}

class Confirming {
  question = $state.raw<Question | null>(null);
  #answer: ((yes: boolean) => void) | null = null;

  ask(question: Question): Promise<boolean> {
    this.answer(false);
    this.question = question;
    return new Promise((done) => (this.#answer = done));
  }

  answer(yes: boolean): void {
    this.question = null;
    this.#answer?.(yes);
    this.#answer = null;
  }
}

export const confirming = new Confirming();

export function confirm(question: Question): Promise<boolean> {
  return confirming.ask(question);
}

/** Asks before something is taken away. */
export const confirmRemoval = (
  title: string,
  text: string,
  yes = language.text("remove"),
): Promise<boolean> => confirm({ title, text, yes, bad: true });
