/** Sends a dataset to the server in pieces: a ZIP archive as it is, a folder packed into one. */
import { Refused, request } from "../api/request";
import { jobs } from "../shell/jobs.svelte";
import { zipOf, type PathFile } from "./zip";

const piece = 8_000_000; // bytes of one request
const tries = 5; // a piece that did not arrive is sent again so often

export class DataUpload {
  phase = $state<"" | "packing" | "sending" | "unpacking">("");
  done = $state(0);
  total = $state(0);
  job = $state("");
  #stop = new AbortController();
  #id = "";

  /** Throws Refused; the id of the job that unpacks it, or "" where it was stopped. */
  async folder(name: string, files: readonly PathFile[]): Promise<string> {
    this.#begin("packing", files.length);
    try {
      const packed = await zipOf(files, (done) => (this.done = done), this.#stop.signal);
      return await this.#send(`${name}.zip`, packed);
    } catch (error) {
      return this.#ended(error);
    }
  }

  async archive(file: File): Promise<string> {
    this.#begin("sending", file.size);
    try {
      return await this.#send(file.name, file);
    } catch (error) {
      return this.#ended(error);
    }
  }

  /** Stops, and has the server delete what is there. */
  stop(): void {
    this.#stop.abort();
  }

  #begin(phase: "packing" | "sending", total: number): void {
    this.#stop = new AbortController();
    this.#id = "";
    [this.phase, this.done, this.total] = [phase, 0, total];
  }

  async #send(name: string, content: Blob): Promise<string> {
    [this.phase, this.done, this.total] = ["sending", 0, content.size];
    const { signal } = this.#stop;
    const body = { name, bytes: content.size };
    this.#id = (await request("post", "/api/v1/data-uploads", { body, signal })).id;
    const path = { upload: this.#id };
    for (let failed = 0; this.done < content.size;) {
      try {
        const part = content.slice(this.done, this.done + piece);
        const query = { offset: this.done };
        const sent = await request("put", "/api/v1/data-uploads/{upload}", {
          path,
          query,
          body: part,
          signal,
          patience: 600_000,
        });
        this.done = sent.received;
        failed = 0;
      } catch (error) {
        // A connection that broke off: goes on from what the server has.
        if (!(error instanceof Refused) || error.failure.kind !== "network" || ++failed === tries)
          throw error;
        await new Promise((go) => setTimeout(go, 1000 * failed));
        this.done = (await request("get", "/api/v1/data-uploads/{upload}", { path, signal })).received;
      }
    }
    const job = await request("post", "/api/v1/data-uploads/{upload}/finish", { path, signal });
    jobs.take(job);
    this.phase = "unpacking";
    return job.id;
  }

  async #ended(error: unknown): Promise<string> {
    this.phase = "";
    const path = { upload: this.#id };
    if (this.#id) await request("delete", "/api/v1/data-uploads/{upload}", { path }).catch(() => undefined);
    if (this.#stop.signal.aborted) return "";
    throw error;
  }
}
