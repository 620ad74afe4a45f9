import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Unfinished, UnfinishedFile } from "../../shell/unfinished";
import { hashOf, mayBePicture, Uploads } from "./uploads.svelte";

const problem = { code: "damaged-picture", detail: "b.png is damaged", status: 422 };
const picture = (name: string, content = name) => new File([content], name, { type: "image/png" });

/** What a browser keeps from page to page. */
class Remembered implements Unfinished {
  files: UnfinishedFile[] = [];

  async remember(files: readonly UnfinishedFile[]): Promise<void> {
    this.files.push(...files);
  }

  async forget(files: readonly UnfinishedFile[]): Promise<void> {
    this.files = this.files.filter((file) => !files.includes(file));
  }

  async left(): Promise<UnfinishedFile[]> {
    return this.files;
  }
}

/** A server that knows contents by their hash, and takes each once. */
function server() {
  const made = {
    kept: new Set<string>(),
    sent: [] as string[],
    answer: null as ((name: string) => Response | null) | null,
  };
  vi.stubGlobal("fetch", async (address: string, request: RequestInit) => {
    request.signal?.throwIfAborted();
    if (address.endsWith("/known")) {
      const { hashes } = JSON.parse(String(request.body)) as { hashes: string[] };
      return Response.json({ known: hashes.filter((hash) => made.kept.has(hash)) });
    }
    const file = (request.body as FormData).get("files") as File;
    const odd = made.answer?.(file.name);
    if (odd) return odd;
    made.sent.push(file.name);
    const hash = (await hashOf(file)) ?? "";
    const fresh = !made.kept.has(hash);
    made.kept.add(hash);
    return Response.json({ results: [{ name: file.name, entry: {}, new: fresh, problem: null }] });
  });
  return made;
}

async function run(uploads: Uploads, files: File[]): Promise<void> {
  uploads.add(files);
  await vi.waitFor(() => expect(uploads.state).toBe("ended"));
}

beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("an upload", () => {
  it("sends every file once, and nothing that is there already", async () => {
    const made = server();
    const ended = vi.fn();
    const uploads = new Uploads(ended, new Remembered());
    const files = Array.from({ length: 30 }, (_, n) => picture(`${n}.png`));
    await run(uploads, files);
    expect([uploads.added, uploads.there, made.sent.length]).toEqual([30, 0, 30]);
    await run(uploads, [...files, picture("new.png")]);
    expect([uploads.added, uploads.there, made.sent.length]).toEqual([1, 30, 31]);
    expect(uploads.bytesDone).toBe(uploads.bytes);
    expect(ended).toHaveBeenCalledTimes(2);
  });

  it("leaves out what is no picture in a folder, but sends a file that was chosen alone", async () => {
    const made = server();
    const uploads = new Uploads(() => undefined, new Remembered());
    await run(uploads, [picture("a.png"), new File(["x"], "list.txt", { type: "text/plain" })]);
    expect([uploads.added, uploads.leftOut, made.sent]).toEqual([1, 1, ["a.png"]]);
    await run(uploads, [new File(["x"], "list.txt", { type: "text/plain" })]);
    expect(made.sent).toEqual(["a.png", "list.txt"]);
  });

  it("keeps the reason why a file failed, and tries it again when asked", async () => {
    const made = server();
    made.answer = (name) => (name === "b.png" ? Response.json(problem, { status: 422 }) : null);
    const uploads = new Uploads(() => undefined, new Remembered());
    await run(uploads, [picture("a.png"), picture("b.png")]);
    expect(uploads.failed.map(({ file, failure }) => [file.name, failure?.kind])).toEqual([
      ["b.png", "problem"],
    ]);
    made.answer = null;
    uploads.retry();
    await vi.waitFor(() => expect(uploads.state).toBe("ended"));
    expect([uploads.added, uploads.failed.length, uploads.total]).toEqual([2, 0, 2]);
  });

  it("waits out a server that cannot be reached", async () => {
    const made = server();
    let down = 2;
    made.answer = () => {
      if (down-- > 0) throw new TypeError("Failed to fetch");
      return null;
    };
    const uploads = new Uploads(() => undefined, new Remembered());
    uploads.add([picture("a.png"), picture("b.png")]);
    await vi.waitFor(() => expect(uploads.state).toBe("waiting"));
    await vi.advanceTimersByTimeAsync(4000);
    await vi.waitFor(() => expect(uploads.state).toBe("ended"));
    expect([uploads.added, uploads.failed.length]).toEqual([2, 0]);
  });

  it("stands still while it is paused, and then sends the rest", async () => {
    const made = server();
    const uploads = new Uploads(() => undefined, new Remembered());
    made.answer = () => {
      if (made.sent.length === 3) uploads.pause();
      return null;
    };
    uploads.add(Array.from({ length: 40 }, (_, n) => picture(`${n}.png`)));
    await vi.waitFor(() => expect(uploads.state).toBe("paused"));
    await vi.advanceTimersByTimeAsync(2000);
    const sent = made.sent.length;
    expect(sent).toBeLessThan(10);
    made.answer = null;
    uploads.resume();
    await vi.waitFor(() => expect(uploads.state).toBe("ended"));
    expect(uploads.added).toBe(40);
  });

  it("ends at once when it is stopped", async () => {
    server();
    const uploads = new Uploads(() => undefined, new Remembered());
    uploads.add(Array.from({ length: 40 }, (_, n) => picture(`${n}.png`)));
    uploads.cancel();
    expect([uploads.active, uploads.state]).toEqual([false, "stopped"]);
    await run(uploads, [picture("later.png")]);
    expect([uploads.added, uploads.total]).toEqual([1, 1]);
  });
});

it("knows a picture by its type or its name", () => {
  const file = (name: string, type = "") => new File([""], name, { type });
  expect(mayBePicture(file("a.HEIC"))).toBe(true);
  expect(mayBePicture(file("scan", "image/x-odd"))).toBe(true);
  expect(mayBePicture(file("noextension"))).toBe(true);
  expect(mayBePicture(file("a.xmp"))).toBe(false);
  expect(mayBePicture(file("a.svg", "image/svg+xml"))).toBe(false);
});

describe("after the page was left", () => {
  const files = Array.from({ length: 20 }, (_, n) => picture(`${n}.png`));

  async function leave(memory: Remembered): Promise<ReturnType<typeof server>> {
    const made = server();
    const before = new Uploads(() => undefined, memory);
    made.answer = () => {
      if (made.sent.length === 5) before.pause();
      return null;
    };
    before.add(files);
    await vi.waitFor(() => expect([before.state, made.sent.length]).toEqual(["paused", before.done]));
    made.answer = null;
    return made;
  }

  it("exactly the files that were not sent are left, and sent once the folder is chosen again", async () => {
    const memory = new Remembered();
    const made = await leave(memory);
    const sent = [...made.sent];
    const uploads = new Uploads(() => undefined, memory);
    await uploads.findLeft();
    expect(uploads.left.map(({ name }) => name).sort()).toEqual(
      files
        .map(({ name }) => name)
        .filter((name) => !sent.includes(name))
        .sort(),
    );
    expect(uploads.continueLeft([picture("other.png")])).toBe(false);
    expect(uploads.continueLeft(files)).toBe(true);
    await vi.waitFor(() => expect(uploads.state).toBe("ended"));
    expect([...made.sent].sort()).toEqual(files.map(({ name }) => name).sort());
    expect([uploads.left, memory.files]).toEqual([[], []]);
  });

  it("what is sent by the usual way is no longer left", async () => {
    const memory = new Remembered();
    const made = await leave(memory);
    const uploads = new Uploads(() => undefined, memory);
    await uploads.findLeft();
    expect(uploads.left.length).toBeGreaterThan(0);
    await run(uploads, files);
    expect([uploads.left, memory.files]).toEqual([[], []]);
    expect(made.sent.length).toBe(files.length);
  });

  it("what was not chosen again stays left, until it is not wanted", async () => {
    const memory = new Remembered();
    await leave(memory);
    const uploads = new Uploads(() => undefined, memory);
    await uploads.findLeft();
    const [first, ...others] = uploads.left;
    uploads.continueLeft(files.filter(({ name }) => name === first?.name));
    await vi.waitFor(() => expect(uploads.state).toBe("ended"));
    expect(uploads.left).toEqual(others);
    uploads.forgetLeft();
    await vi.waitFor(() => expect(memory.files).toEqual([]));
  });

  it("nothing is left of what was stopped", async () => {
    const memory = new Remembered();
    server();
    const uploads = new Uploads(() => undefined, memory);
    uploads.add(files);
    expect(memory.files.length).toBe(20);
    uploads.cancel();
    await vi.waitFor(() => expect(memory.files).toEqual([]));
  });
});
