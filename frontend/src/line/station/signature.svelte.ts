/** Under which name a person's word is kept: that of their account, else the one that they write. */
import { store, stored } from "../../shared/storage";
import { session } from "../../shell/session.svelte";

class Signature {
  #written = $state(stored("line-name") ?? "");

  /** Whether a name has to be written: nobody signs in here. */
  get needed(): boolean {
    return session.state === "open";
  }

  get written(): string {
    return this.#written;
  }

  set written(name: string) {
    this.#written = name;
    store("line-name", name.trim());
  }

  /** As the server takes it; "": the server knows the name, or none was written. */
  get name(): string {
    return this.needed ? this.#written.trim() : "";
  }
}

export const signature = new Signature();
