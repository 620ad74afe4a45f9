import { expect, it, vi } from "vitest";
import type { Unfinished, UnfinishedFile } from "../shell/unfinished";
import { Outbox, type Outgoing } from "./outbox.svelte";

const picture = (part: number, batch = 1): Outgoing => ({
  draft: 1,
  part,
  batch,
  recording: false,
  file: new File([], "x"),
  unfinished: { name: "x", size: 0, modified: 0, upload: "1" },
});

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

it("sends what goes to the same place together, twelve at most, in order", async () => {
  const sent: [number, number][] = [];
  const outbox = new Outbox(
    (all) => {
      sent.push([all[0]?.part ?? 0, all.length]);
      return Promise.resolve(true);
    },
    () => Promise.resolve(),
    new Remembered(),
  );
  outbox.add([...Array<Outgoing>(15).fill(picture(1)), picture(2), picture(2, 7)]);
  await vi.waitFor(() => expect(outbox.waiting).toBe(0));
  expect(sent).toEqual([
    [1, 12],
    [1, 3],
    [2, 1],
    [2, 1],
  ]);
});

it("keeps everything where the server is away, and goes on when it is back", async () => {
  const answers = [false, true];
  let back = (): void => undefined;
  const sent = vi.fn(() => Promise.resolve(answers.shift() ?? true));
  const outbox = new Outbox(sent, () => new Promise((done) => (back = done)), new Remembered());
  outbox.add([picture(1)]);
  await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(1));
  expect(outbox.waiting).toBe(1);
  back();
  await vi.waitFor(() => expect(outbox.waiting).toBe(0));
  expect(sent).toHaveBeenCalledTimes(2);
});

it("remembers the files that have not arrived, for a page that is loaded again, and no frames", async () => {
  const memory = new Remembered();
  let arrive = (): void => undefined;
  const sent = vi.fn(() => new Promise<boolean>((done) => (arrive = () => done(true))));
  const outbox = new Outbox(sent, () => Promise.resolve(), memory);
  const [file, second] = [picture(1), picture(2)];
  outbox.add([file, { ...picture(1), unfinished: null }, second]);
  expect(memory.files).toEqual([file.unfinished, second.unfinished]);
  arrive();
  await vi.waitFor(() => expect(memory.files).toEqual([second.unfinished]));
  await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(2));
  arrive();
  await vi.waitFor(() => expect([memory.files, outbox.waiting]).toEqual([[], 0]));
});
