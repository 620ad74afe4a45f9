/** Pictures that the person sends to the catalogue: kept here until the server has them, sent when it answers. */
import { Refused, request } from "../../api/request";
import type { Failure } from "../../shared/failures";
import { sha256 } from "../../shared/pictures/files";
import { onChange, tellOthers } from "./channel";
import { allUnsent, deleteUnsent, putUnsent, type Unsent } from "./database";
import { askToKeep, noteUnsent } from "./eviction";

const patience = 600_000; // milliseconds for one picture over a slow line
const lock = "tenfold-phone-send"; // of all tabs one sends

class UnsentPictures {
  list = $state.raw<readonly Unsent[]>([]);
  sending = $state(false);
  /** Why the last try did not send them all. */
  failure = $state.raw<Failure | null>(null);
  /** Those that the server has got since the app was opened, by id. */
  sent = $state.raw<ReadonlySet<string>>(new Set());

  async open(): Promise<void> {
    onChange("unsent", () => void this.#read());
    await this.#read();
  }

  /** Keeps a picture for sending, and tries to send it; its id. */
  async add(file: File): Promise<string> {
    const id = await sha256(await file.arrayBuffer());
    if (!this.sent.has(id)) {
      await putUnsent({ id, name: file.name, picture: file, at: Date.now(), refused: false });
      await this.#changed();
      void askToKeep();
      void this.send();
    }
    return id;
  }

  async forget(id: string): Promise<void> {
    await deleteUnsent(id);
    await this.#changed();
  }

  /** Sends what waits, oldest first, until all is sent or the server does not take more now. */
  async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    this.failure = null;
    try {
      await navigator.locks.request(lock, async () => {
        for (const one of await allUnsent()) if (!one.refused) await this.#sendOne(one);
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.failure = error.failure;
    } finally {
      this.sending = false;
      await this.#read();
    }
  }

  /** It is forgotten only once the server has said that it keeps it; where that was lost, it is sent once more. */
  async #sendOne(one: Unsent): Promise<void> {
    const body = new FormData();
    body.append("files", one.picture, one.name);
    try {
      await request("post", "/api/v1/catalogue/pictures", { query: { source: "upload" }, body, patience });
    } catch (error) {
      if (!(error instanceof Refused) || ![413, 415, 422].includes(error.status)) throw error;
      await putUnsent({ ...one, refused: true });
      return this.#changed();
    }
    this.sent = new Set([...this.sent, one.id]);
    await deleteUnsent(one.id);
    await this.#changed();
  }

  async #changed(): Promise<void> {
    tellOthers("unsent");
    await this.#read();
    noteUnsent(this.list.length);
  }

  async #read(): Promise<void> {
    this.list = await allUnsent();
  }
}

export const unsent = new UnsentPictures();
