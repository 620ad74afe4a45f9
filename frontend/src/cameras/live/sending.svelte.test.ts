import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Sending, sendPictures } from "./sending.svelte";

class FakeSocket {
  static made: FakeSocket[] = [];
  onopen: () => void = () => undefined;
  onmessage: () => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;
  readonly OPEN = 1;
  readyState = 1;
  sent: unknown[] = [];
  closed = false;
  constructor(readonly address: string) {
    FakeSocket.made.push(this);
  }
  send(content: unknown): void {
    this.sent.push(content);
  }
  close(): void {
    this.closed = true;
  }
}
const last = () => FakeSocket.made.at(-1)!;
const picture = new Blob(["p"]);
const take = vi.fn<() => Promise<Blob | null>>();

beforeEach(() => {
  FakeSocket.made = [];
  take.mockReset().mockResolvedValue(picture);
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("sends the next picture once the last was taken in, five a second at most", async () => {
  const taken = vi.fn();
  void sendPictures("ws://x/frames", take, taken, new AbortController().signal);
  last().onopen();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(last().sent).toEqual([picture]);
  last().onmessage();
  await vi.advanceTimersByTimeAsync(190);
  expect(last().sent.length).toBe(1);
  await vi.advanceTimersByTimeAsync(20);
  expect([last().sent.length, taken.mock.calls.length]).toEqual([2, 1]);
});

it("takes no picture any more once the connection has ended", async () => {
  const done = sendPictures("ws://x/frames", take, vi.fn(), new AbortController().signal);
  last().onopen();
  await vi.advanceTimersByTimeAsync(250);
  last().onclose({ code: 4001 });
  expect(await done).toBe(4001);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(take).toHaveBeenCalledTimes(1);
});

it("tries again where the connection breaks, ever later, and not where another page sends", async () => {
  const sending = new Sending();
  const video = { videoWidth: 0 } as HTMLVideoElement;
  void sending.run("ws://x/frames", video, new AbortController().signal);
  for (const pause of [1_000, 2_000, 4_000]) {
    const made = FakeSocket.made.length;
    last().onclose({ code: 1006 });
    await vi.advanceTimersByTimeAsync(pause - 50);
    expect([sending.state, FakeSocket.made.length]).toEqual(["again", made]);
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.made.length).toBe(made + 1);
  }
  last().onmessage();
  expect(sending.state).toBe("sending");
  last().onclose({ code: 4001 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([sending.state, FakeSocket.made.length]).toEqual(["replaced", 4]);
});

it("does not try again where the camera was removed", async () => {
  const sending = new Sending();
  void sending.run("ws://x/frames", { videoWidth: 0 } as HTMLVideoElement, new AbortController().signal);
  last().onclose({ code: 4004 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([sending.state, FakeSocket.made.length]).toEqual(["removed", 1]);
});

it("closes the connection when it is stopped", async () => {
  const stop = new AbortController();
  const done = sendPictures("ws://x/frames", take, vi.fn(), stop.signal);
  stop.abort();
  await done;
  expect(last().closed).toBe(true);
});
