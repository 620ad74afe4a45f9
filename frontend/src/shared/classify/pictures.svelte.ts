/** The pictures on the page and what is known of each. Sends them a few at a time. */
import type { Failure } from "../failures";
import { TaskQueue } from "../pictures/task-queue";
import { saveAs, toCsv, toJson, type SavedRow } from "../pictures/result-files";
import type { Classify, Prediction } from "../types";
import { announce } from "./announce";

type Status = "waiting" | "working" | "done" | "failed";

let lastId = 0;

export class Picture {
  readonly id = ++lastId;
  readonly address: string;
  status = $state<Status>("waiting");
  prediction = $state.raw<Prediction | null>(null);
  /** How many pictures the file has; the model saw the first. */
  frames = $state(1);
  failure = $state.raw<Failure | null>(null);
  /** In pixels and upright, once anyone could tell: the browser when it shows it, the server when it reads it. */
  size = $state.raw<{ width: number; height: number } | null>(null);
  /** Whether this browser can show it. */
  preview = $state<"loading" | "shown" | "none">("loading");
  /** Whether its card is unfolded where many pictures are shown as rows. */
  open = $state(false);
  call: AbortController | null = null;

  constructor(readonly file: File) {
    this.address = URL.createObjectURL(file);
  }

  get name(): string {
    return this.file.name;
  }

  /** This browser shows it in `image`. */
  loaded({ naturalWidth: width, naturalHeight: height }: HTMLImageElement): void {
    this.preview = "shown";
    this.size ??= { width, height };
  }

  get settled(): boolean {
    return this.status === "done" || this.status === "failed";
  }
}

export class Pictures {
  /** What was added last comes first, each lot in the order in which it was chosen. */
  list = $state<Picture[]>([]);
  /** The first of the pictures added last, until the page has scrolled to it. */
  arrived = $state.raw<Picture | null>(null);
  /** What was removed last and can be brought back: the pictures, and the list as it was. */
  removed = $state.raw<{ pictures: readonly Picture[]; list: readonly Picture[] } | null>(null);
  readonly #queue = new TaskQueue(4);

  constructor(private readonly classifyFile: Classify) {}

  add(files: readonly File[], atOnce: boolean): void {
    if (files.length === 0) return;
    this.forgetRemoved();
    const added = files.map((file) => new Picture(file));
    this.list = [...added, ...this.list];
    this.arrived = added[0] ?? null;
    if (atOnce) for (const picture of added) void this.classify(picture);
  }

  async classify(picture: Picture): Promise<void> {
    const call = new AbortController();
    picture.call?.abort();
    picture.call = call;
    picture.status = "working";
    picture.failure = null;
    try {
      const outcome = await this.#queue.run(call.signal, () => this.classifyFile(picture.file, call.signal));
      if (call.signal.aborted) return;
      if (outcome.ok) {
        const { width, height, prediction } = outcome;
        if (width && height) picture.size = { width, height };
        picture.frames = outcome.frames ?? 1;
        picture.prediction = prediction;
      } else picture.failure = outcome.failure;
      picture.status = outcome.ok ? "done" : "failed";
      announce(picture);
    } catch (error) {
      if (!call.signal.aborted) throw error; // removed meanwhile: nothing is left to tell
    }
  }

  classifyAll(status: Status): void {
    for (const picture of this.list) if (picture.status === status) void this.classify(picture);
  }

  remove(picture: Picture): void {
    this.#remove([picture]);
  }

  clear(): void {
    this.#remove(this.list);
  }

  /** Brings back what was removed last, where it was; what was being classified is classified again. */
  restore(): void {
    if (!this.removed) return;
    const { pictures, list } = this.removed;
    this.removed = null;
    this.list = [...this.list.filter((picture) => !list.includes(picture)), ...list];
    for (const picture of pictures) if (picture.status === "working") void this.classify(picture);
  }

  /** Gives up what was removed last for good. */
  forgetRemoved(): void {
    for (const picture of this.removed?.pictures ?? []) URL.revokeObjectURL(picture.address);
    this.removed = null;
  }

  count(status: Status): number {
    return this.list.filter((picture) => picture.status === status).length;
  }

  save(format: "json" | "csv", classes: readonly string[]): void {
    const rows = this.list.filter((picture) => picture.settled).map(toRow);
    if (format === "json") saveAs("tenfold.json", "application/json", toJson(rows));
    else saveAs("tenfold.csv", "text/csv", toCsv(rows, classes));
  }

  #remove(gone: readonly Picture[]): void {
    this.forgetRemoved();
    for (const picture of gone) picture.call?.abort();
    this.removed = { pictures: gone, list: this.list };
    this.list = this.list.filter((picture) => !gone.includes(picture));
  }
}

function toRow({ name, size, prediction, failure }: Picture): SavedRow {
  const problem =
    failure?.kind === "problem"
      ? failure.problem.detail
      : failure?.kind === "server"
        ? `HTTP ${failure.status}`
        : failure
          ? "no answer"
          : null;
  return { name, width: size?.width ?? null, height: size?.height ?? null, prediction, problem };
}
