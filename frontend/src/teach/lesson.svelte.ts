/** The draft that is being taught: what the server has of it, its changes, and learning from it. */
import { passes } from "../api/patiently";
import { failureOf, Refused, request, type Answer } from "../api/request";
import type { Failure } from "../shared/failures";
import { attempt } from "../shell/actions";
import { connection } from "../shell/loading/connection.svelte";
import { session } from "../shell/session.svelte";
import { toasts } from "../shell/messages/toasts.svelte";
import { describe, sameFile, StoredUnfinished, type UnfinishedFile } from "../shell/unfinished";
import { Outbox, type Outgoing } from "./outbox.svelte";

export type Draft = Answer<"/api/v1/drafts/{number}", "get">;
export type DraftClass = Draft["classes"][number];
export type Fit = NonNullable<Draft["fit"]>;
export type Picture = Answer<"/api/v1/drafts/{number}/classes/{part}/pictures", "get">["pictures"][number];
export type NotAdded = Answer<"/api/v1/drafts/{number}/classes/{part}/pictures", "post">["not_added"][number];

/** A class is learned from this many pictures on. */
export const least = 2;
const patience = 1_000; // milliseconds until a server that did not answer is asked again
const at = "/api/v1/drafts/{number}";
const unfinished = new StoredUnfinished("drafts", () => session.person?.id ?? null);

export class Lesson {
  draft = $state.raw<Draft | null>(null);
  fitting = $state(false);
  /** Why it could not be learned from, or what came was not taken. */
  failure = $state.raw<Failure | null>(null);
  notAdded = $state.raw<readonly NotAdded[]>([]);
  /** Files that an earlier page did not send to the end. */
  left = $state.raw<readonly UnfinishedFile[]>([]);
  /** The message that offers to undo the last change. */
  #undoable: number | null = null;
  readonly outbox = new Outbox(
    (pictures) => this.#send(pictures),
    () => backAgain(),
    unfinished,
  );

  constructor(draft: Draft) {
    this.draft = draft;
  }

  get id(): number {
    return this.draft?.id ?? 0;
  }

  get classes(): readonly DraftClass[] {
    return this.draft?.classes ?? [];
  }

  /** What was learned last, also where something was changed since. */
  get fit(): Fit | null {
    return this.draft?.fit ?? null;
  }

  /** The classes that have too few pictures to learn from. */
  get wanting(): readonly DraftClass[] {
    return this.classes.filter(({ pictures }) => pictures < least);
  }

  /** Whether there is something new to learn, and enough to learn it from. */
  get learnable(): boolean {
    const { draft } = this;
    return (
      draft !== null &&
      draft.classes.length > 0 &&
      this.wanting.length === 0 &&
      draft.fit?.version !== draft.version
    );
  }

  add(part: number, files: readonly File[], batch: number, recording: boolean): void {
    this.notAdded = [];
    const upload = String(this.id);
    const outgoing = files.map((file) => {
      const unfinished = recording ? null : { ...describe(file), upload };
      return { draft: this.id, part, batch, recording, file, unfinished };
    });
    this.outbox.add(outgoing);
    this.forgetLeft((one) => files.some((file) => sameFile(one, describe(file))));
  }

  async findLeft(): Promise<void> {
    const mine = String(this.id);
    this.left = (await unfinished.left()).filter(({ upload }) => upload === mine);
  }

  forgetLeft(which: (one: UnfinishedFile) => boolean = () => true): void {
    const forgotten = this.left.filter(which);
    if (forgotten.length === 0) return;
    this.left = this.left.filter((one) => !forgotten.includes(one));
    void unfinished.forget(forgotten);
  }

  addClass = (name: string) =>
    this.#change(() => request("post", `${at}/classes`, { path: { number: this.id }, body: { name } }));

  renameClass = (part: number, name: string) =>
    this.#change(() =>
      request("patch", `${at}/classes/{part}`, { path: { number: this.id, part }, body: { name } }),
    );

  /** `said` is told, with a way back for as long as it is the last thing that was done. */
  async removeClass(part: number, said: string): Promise<void> {
    const path = { number: this.id, part };
    if (!(await this.#change(() => request("delete", `${at}/classes/{part}`, { path })))) return;
    this.#undoable = toasts.undoable(said, () => void this.undo());
  }

  removePictures = (pictures: number[]) =>
    this.#change(() =>
      request("post", `${at}/pictures/remove`, { path: { number: this.id }, body: { pictures } }),
    );

  movePictures = (pictures: number[], to: number) =>
    this.#change(() =>
      request("post", `${at}/pictures/move`, { path: { number: this.id }, body: { pictures, to } }),
    );

  rename = (name: string) =>
    this.#change(() => request("patch", at, { path: { number: this.id }, body: { name } }));

  undo = () => this.#change(() => request("post", `${at}/undo`, { path: { number: this.id } }));

  keep = () =>
    this.#change(async () => (await request("post", `${at}/keep`, { path: { number: this.id } })).draft);

  /** Learns from what there is; again where the server was away. */
  async learn(): Promise<void> {
    if (this.fitting) return;
    this.fitting = true;
    this.failure = null;
    try {
      for (;;) {
        try {
          this.#take(await request("post", `${at}/fit`, { path: { number: this.id } }));
          return;
        } catch (error) {
          const failure = failureOf(error);
          if (failure.kind !== "network") {
            this.failure = failure;
            return;
          }
          await backAgain();
        }
      }
    } finally {
      this.fitting = false;
    }
  }

  async #change(work: () => Promise<Draft>): Promise<boolean> {
    this.failure = null;
    return attempt(async () => this.#take(await work()));
  }

  /** False where the server could not answer now. */
  async #send(pictures: readonly Outgoing[]): Promise<boolean> {
    const [first] = pictures;
    if (!first) return true;
    const form = new FormData();
    for (const { file } of pictures) form.append("files", file, file.name);
    try {
      const answer = await request("post", `${at}/classes/{part}/pictures`, {
        path: { number: first.draft, part: first.part },
        query: { batch: first.batch, recording: first.recording },
        body: form,
      });
      this.#take(answer.draft);
      this.notAdded = [...this.notAdded, ...answer.not_added];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (passes(error)) return false;
      this.#refused(pictures, error.failure);
    }
    return true;
  }

  #refused(pictures: readonly Outgoing[], failure: Failure): void {
    if (pictures.length === 1 && failure.kind === "problem" && failure.problem.status !== 409)
      this.notAdded = [
        ...this.notAdded,
        { name: pictures[0]?.file.name ?? "", problem: failure.problem as NotAdded["problem"], there: null },
      ];
    else this.failure = failure;
  }

  /** An older answer never wins. */
  #take(draft: Draft): void {
    if (this.draft && draft.version < this.draft.version) return;
    if (draft.version !== this.draft?.version && this.#undoable !== null) {
      toasts.close(this.#undoable); // its way back would undo something else
      this.#undoable = null;
    }
    this.draft = draft;
  }
}

/** Resolves once the server answers; it may never have been away. */
async function backAgain(): Promise<void> {
  connection.doubt();
  await new Promise((done) => setTimeout(done, patience));
  if (!connection.away) return;
  await new Promise<void>((done) => {
    const end = connection.onBack(() => {
      end();
      done();
    });
  });
}

/** The address of a picture of a draft, no side longer than `side`. */
export function addressOf(draft: number, hash: string, side: number): string {
  return `/api/v1/drafts/${draft}/pictures/${hash}?side=${side}`;
}

/** Which classes were taken for which, the most frequent first. */
export function confusions(fit: Fit): { label: string; answer: string; n: number; all: number }[] {
  return fit.confusion
    .flatMap((row, i) =>
      row.map((n, j) => ({
        label: fit.classes[i] ?? "",
        answer: fit.classes[j] ?? "",
        n: i === j ? 0 : n,
        all: fit.counts[i] ?? 0,
      })),
    )
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n);
}
