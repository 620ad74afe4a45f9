/** A step to what is opened over a page and has an address, and back from it. */
import { router } from "./router.svelte";

export class OpenedOver {
  #here = false; // so that closing goes back instead of leaving a step that does nothing

  open(address: string): void {
    this.#here = true;
    router.go(address, { stay: true });
  }

  /** What is open leads elsewhere. */
  leave(): void {
    this.#here = false;
  }

  /** `address`: the page without what is open, for whoever came by a link. */
  close(address: string): void {
    if (this.#here) history.back();
    else router.go(address, { replace: true });
    this.#here = false;
  }
}
