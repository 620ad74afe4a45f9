import { expect, it, vi } from "vitest";
import type { Failure } from "../shared/failures";
import { Outbox, type Outgoing } from "./outbox.svelte";

const picture = (part: number, batch = 1): Outgoing => ({
  draft: 1,
  part,
  batch,
  recording: false,
  file: new File([], "x"),
});

it("sends what goes to the same place together, twelve at most, in order", async () => {
  const sent: [number, number][] = [];
  const outbox = new Outbox(
    (all) => {
      sent.push([all[0]?.part ?? 0, all.length]);
      return Promise.resolve(null);
    },
    () => Promise.resolve(),
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
  const answers: (Failure | null)[] = [{ kind: "network" }, null];
  let back = (): void => undefined;
  const sent = vi.fn(() => Promise.resolve(answers.shift() ?? null));
  const outbox = new Outbox(sent, () => new Promise((done) => (back = done)));
  outbox.add([picture(1)]);
  await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(1));
  expect(outbox.waiting).toBe(1);
  back();
  await vi.waitFor(() => expect(outbox.waiting).toBe(0));
  expect(sent).toHaveBeenCalledTimes(2);
});

it("does not send again what was refused", async () => {
  const sent = vi.fn(() => Promise.resolve<Failure | null>({ kind: "server", status: 413 }));
  const outbox = new Outbox(sent, () => Promise.resolve());
  outbox.add([picture(1)]);
  await vi.waitFor(() => expect(outbox.waiting).toBe(0));
  expect(sent).toHaveBeenCalledTimes(1);
});
