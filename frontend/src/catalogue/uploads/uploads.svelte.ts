/** Sends files to the catalogue, a few at a time: leaves out what is there already, waits out a broken network, and
 *  goes on where it was stopped. Lives as long as the visit, whatever page is shown. */
import { patiently } from "../../api/patiently";
import { failureOf, request } from "../../api/request";
import type { Failure } from "../../shared/failures";
import { sha256 } from "../../shared/pictures/files";
import { describe, sameFile, type Unfinished, type UnfinishedFile } from "../../shell/unfinished";

export interface Upload {
  file: File;
  unfinished: UnfinishedFile;
  failure: Failure | null;
}

const atOnce = 3; // files that are sent at the same time
const group = 8; // files that are looked up together
const largestHashed = 500e6; // bytes; a browser reads a file whole to hash it
const patience = 600_000; // milliseconds for one file over a slow line
const pictures = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|hei[cf])$/i;

export class Uploads {
  state = $state<"idle" | "running" | "paused" | "waiting" | "ended" | "stopped">("idle");
  total = $state(0);
  added = $state(0);
  /** Were in the catalogue before. */
  there = $state(0);
  bytes = $state(0);
  bytesDone = $state(0);
  /** Files of a folder that are no pictures. */
  leftOut = $state(0);
  failed = $state.raw<readonly Upload[]>([]);
  readonly done = $derived(this.added + this.there + this.failed.length);
  #queue: Upload[] = [];
  /** What is not settled yet. */
  readonly #open = new Set<UnfinishedFile>();
  #working = 0;
  #stop = new AbortController();

  /** Files that an earlier page did not send to the end. */
  left = $state.raw<readonly UnfinishedFile[]>([]);

  constructor(
    private readonly ended: () => void,
    private readonly unfinished: Unfinished,
  ) {}

  get active(): boolean {
    return this.state === "running" || this.state === "paused" || this.state === "waiting";
  }

  add(files: readonly File[]): void {
    if (!this.active) this.#reset();
    const wanted = files.length > 1 ? files.filter(mayBePicture) : files;
    this.leftOut += files.length - wanted.length;
    this.#enqueue(wanted.map(waiting));
    this.#noLongerLeft(wanted);
    if (wanted.length === 0 && !this.active) this.state = "ended";
  }

  /** Looks for what an earlier page of this person did not send to the end. */
  async findLeft(): Promise<void> {
    this.left = await this.unfinished.left();
  }

  /** Sends those of the files that an earlier page did not; false where none of them is one. */
  continueLeft(files: readonly File[]): boolean {
    const wanted = files.filter((file) => this.left.some((one) => sameFile(one, describe(file))));
    if (wanted.length === 0) return false;
    if (!this.active) this.#reset();
    this.#enqueue(wanted.map(waiting));
    this.#noLongerLeft(wanted);
    return true;
  }

  #noLongerLeft(files: readonly File[]): void {
    const taken = this.left.filter((one) => files.some((file) => sameFile(one, describe(file))));
    if (taken.length === 0) return;
    this.left = this.left.filter((one) => !taken.includes(one));
    void this.unfinished.forget(taken);
  }

  forgetLeft(): void {
    void this.unfinished.forget(this.left);
    this.left = [];
  }

  pause(): void {
    if (this.active) this.state = "paused";
  }

  resume(): void {
    if (this.state !== "paused") return;
    this.state = "running";
    this.#start();
    this.#finish();
  }

  retry(): void {
    const again = this.failed.map(({ file }) => waiting(file));
    this.failed = [];
    for (const { file } of again) this.#forget(file);
    this.#enqueue(again);
  }

  /** Sends no more; what was sent stays. */
  cancel(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#queue = [];
    void this.unfinished.forget([...this.#open]);
    this.#open.clear();
    this.#working = 0;
    this.state = this.done < this.total ? "stopped" : "ended";
  }

  close(): void {
    this.cancel();
    this.#reset();
    this.state = "idle";
  }

  #reset(): void {
    this.total = this.added = this.there = this.bytes = this.bytesDone = this.leftOut = 0;
    this.failed = [];
  }

  #enqueue(uploads: Upload[]): void {
    if (uploads.length === 0) return;
    this.#queue.push(...uploads);
    const unfinished = uploads.map(({ unfinished }) => unfinished);
    for (const one of unfinished) this.#open.add(one);
    void this.unfinished.remember(unfinished);
    this.total += uploads.length;
    this.bytes += uploads.reduce((sum, { file }) => sum + file.size, 0);
    if (this.state !== "paused") this.state = "running";
    this.#start();
  }

  #start(): void {
    while (this.#working < atOnce && this.#queue.length > 0 && this.state === "running") {
      this.#working += 1;
      void this.#work(this.#stop.signal);
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    try {
      while (this.#queue.length > 0 && this.state !== "paused") {
        const some = this.#queue.splice(0, group);
        const known = await this.#known(some, signal);
        for (const [place, upload] of some.entries()) {
          if (this.#isPaused()) {
            this.#queue.unshift(...some.slice(place));
            break;
          }
          if (known.has(upload)) this.#settle(upload, "there");
          else await this.#send(upload, signal);
        }
      }
    } catch (error) {
      if (signal.aborted) return; // cancelled: the counts were left as they are
      throw error;
    }
    if (signal.aborted) return;
    this.#working -= 1;
    this.#finish();
  }

  #finish(): void {
    if (this.#working === 0 && this.#queue.length === 0 && this.state !== "paused") {
      this.state = "ended";
      this.ended();
    }
  }

  #isPaused(): boolean {
    return this.state === "paused";
  }

  /** Those of the files whose content is in the catalogue. */
  async #known(some: readonly Upload[], signal: AbortSignal): Promise<Set<Upload>> {
    const hashes = new Map<Upload, string>();
    for (const upload of some) {
      const hash = await hashOf(upload.file);
      signal.throwIfAborted();
      if (hash) hashes.set(upload, hash);
    }
    if (hashes.size === 0) return new Set();
    const body = { hashes: [...hashes.values()] };
    try {
      const answer = await this.#patiently(
        () => request("post", "/api/v1/catalogue/known", { body, signal }),
        signal,
      );
      const known = new Set(answer.known);
      return new Set([...hashes].filter(([, hash]) => known.has(hash)).map(([upload]) => upload));
    } catch (error) {
      if (signal.aborted) throw error;
      failureOf(error); // then everything is sent: the server finds out by itself
      return new Set();
    }
  }

  async #send(upload: Upload, signal: AbortSignal): Promise<void> {
    const { file } = upload;
    try {
      const answer = await this.#patiently(() => {
        const body = new FormData();
        body.append("files", file, file.name);
        const query = { source: "upload" } as const;
        return request("post", "/api/v1/catalogue/pictures", { query, body, signal, patience });
      }, signal);
      const result = answer.results[0];
      if (result?.problem) upload.failure = { kind: "problem", problem: result.problem };
      this.#settle(upload, upload.failure ? "failed" : result?.new === false ? "there" : "added");
    } catch (error) {
      if (signal.aborted) throw error;
      upload.failure = failureOf(error);
      this.#settle(upload, "failed");
    }
  }

  #settle(upload: Upload, how: "added" | "there" | "failed"): void {
    this.bytesDone += upload.file.size;
    this.#open.delete(upload.unfinished);
    void this.unfinished.forget([upload.unfinished]);
    if (how === "added") this.added += 1;
    else if (how === "there") this.there += 1;
    else this.failed = [...this.failed, upload];
  }

  #forget(file: File): void {
    this.total -= 1;
    this.bytes -= file.size;
    this.bytesDone -= file.size;
  }

  async #patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const done = await patiently(work, signal, () => {
      if (this.state === "running") this.state = "waiting";
    });
    if (this.state === "waiting") this.state = "running";
    return done;
  }
}

const waiting = (file: File): Upload => ({ file, unfinished: describe(file), failure: null });

/** By its type or its name; a file that tells neither may be one. */
export function mayBePicture(file: File): boolean {
  if (file.type.startsWith("image/")) return file.type !== "image/svg+xml";
  return pictures.test(file.name) || (file.type === "" && !file.name.includes("."));
}

/** SHA-256 in hex; null where this browser cannot, or the file cannot be read. */
export async function hashOf(file: File): Promise<string | null> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined; // absent on plain http
  if (!subtle || file.size > largestHashed) return null;
  try {
    return await sha256(await file.arrayBuffer());
  } catch {
    return null; // it was moved away meanwhile; sending it says so
  }
}
