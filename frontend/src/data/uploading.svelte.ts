/** Sends a dataset to the server in pieces: a ZIP archive as it is, a folder packed into one. */
import { patiently } from "../api/patiently";
import { Refused, request } from "../api/request";
import { jobs } from "../shell/jobs.svelte";
import { describe, sameFile, type Unfinished, type UnfinishedFile } from "../shell/unfinished";
import { zipOf, type PathFile } from "./zip";

const piece = 8_000_000; // bytes of one request

type FolderFile = PathFile & { file: File };

/** An archive that an earlier page did not send to the end. */
export interface LeftArchive {
  file: UnfinishedFile;
  /** Bytes that the server has. */
  received: number;
}

export class DataUpload {
  phase = $state<"" | "packing" | "sending" | "unpacking">("");
  done = $state(0);
  total = $state(0);
  job = $state("");
  #stop = new AbortController();
  #keep = false;

  left = $state.raw<LeftArchive | null>(null);
  /** What is being sent, once the server knows of it. */
  #file: UnfinishedFile | null = null;

  constructor(private readonly unfinished: Unfinished) {}

  /** Looks for an archive that an earlier page did not send to the end. */
  async findLeft(): Promise<void> {
    for (const file of await this.unfinished.left()) {
      const path = { upload: file.upload };
      try {
        const { received } = await request("get", "/api/v1/data-uploads/{upload}", { path });
        this.left = { file, received };
        return;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 422) await this.unfinished.forget([file]); // the server keeps it for a day
      }
    }
  }

  /** Deletes what was sent of it. */
  async forgetLeft(): Promise<void> {
    if (!this.left) return;
    const { file } = this.left;
    this.left = null;
    await this.#delete(file);
  }

  /** Makes a dataset of an archive that was sent whole. */
  async finishLeft(): Promise<string> {
    if (!this.left) return "";
    const { file, received } = this.left;
    this.#begin("sending", file.size);
    [this.done, this.#file, this.left] = [received, file, null];
    return await this.#watched(() => this.#finish(file));
  }

  /** Throws Refused; the id of the job that unpacks it, or "" where it was stopped. */
  async folder(name: string, files: readonly FolderFile[]): Promise<string> {
    this.#begin("packing", files.length);
    // In one order, so that a folder that is packed again gives the same bytes.
    const sorted = [...files].sort((one, other) => (one.path < other.path ? -1 : 1));
    return await this.#watched(async () => {
      const packed = await zipOf(sorted, (done) => (this.done = done), this.#stop.signal);
      const modified = files.reduce((last, { file }) => Math.max(last, file.lastModified), 0);
      return await this.#send({ name: `${name}.zip`, size: packed.size, modified, upload: "" }, packed);
    });
  }

  async archive(file: File): Promise<string> {
    this.#begin("sending", file.size);
    return await this.#watched(() => this.#send(describe(file), file));
  }

  /** Stops, and has the server delete what is there. */
  stop(): void {
    this.#stop.abort();
  }

  /** Stops; what was sent stays on the server, to go on from. */
  leave(): void {
    this.#keep = true;
    this.#stop.abort();
  }

  #begin(phase: "packing" | "sending", total: number): void {
    this.#stop = new AbortController();
    [this.#file, this.#keep] = [null, false];
    [this.phase, this.done, this.total] = [phase, 0, total];
  }

  async #send(file: UnfinishedFile, content: Blob): Promise<string> {
    [this.phase, this.done, this.total] = ["sending", 0, content.size];
    const { signal } = this.#stop;
    if (this.left && sameFile(this.left.file, file)) {
      this.#file = this.left.file;
      this.left = null;
    } else {
      const body = { name: file.name, bytes: file.size };
      const { id } = await request("post", "/api/v1/data-uploads", { body, signal });
      this.#file = { ...file, upload: id };
      await this.unfinished.remember([this.#file]);
    }
    const path = { upload: this.#file.upload };
    let known = false; // whether `done` is what the server has
    while (!known || this.done < content.size) {
      await patiently(
        async () => {
          if (!known)
            this.done = (await request("get", "/api/v1/data-uploads/{upload}", { path, signal })).received;
          known = true;
          const body = content.slice(this.done, this.done + piece);
          if (body.size === 0) return;
          const options = { path, query: { offset: this.done }, body, signal, patience: 600_000 };
          this.done = (await request("put", "/api/v1/data-uploads/{upload}", options)).received;
        },
        signal,
        () => (known = false),
      );
    }
    return await this.#finish(this.#file);
  }

  async #finish(file: UnfinishedFile): Promise<string> {
    const { signal } = this.#stop;
    const path = { upload: file.upload };
    const finish = () => request("post", "/api/v1/data-uploads/{upload}/finish", { path, signal });
    const job = await patiently(finish, signal);
    await this.unfinished.forget([file]);
    this.#file = null;
    jobs.take(job);
    this.phase = "unpacking";
    return job.id;
  }

  async #watched(work: () => Promise<string>): Promise<string> {
    try {
      return await work();
    } catch (error) {
      this.phase = "";
      const file = this.#file;
      if (file && this.#keep) this.left = { file, received: this.done };
      else if (file) await this.#delete(file).catch(() => undefined);
      if (this.#stop.signal.aborted) return "";
      throw error;
    }
  }

  async #delete(file: UnfinishedFile): Promise<void> {
    await this.unfinished.forget([file]);
    await request("delete", "/api/v1/data-uploads/{upload}", { path: { upload: file.upload } });
  }
}
