import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { stream, type CameraShot } from "./stream";

class FakeSocket {
  static last: FakeSocket;
  onmessage: (event: { data: unknown }) => void = () => undefined;
  onclose: () => void = () => undefined;
  sent: string[] = [];
  closed = false;
  constructor(readonly address: string) {
    FakeSocket.last = this;
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed = true;
  }
}

beforeEach(() => vi.stubGlobal("WebSocket", FakeSocket));
afterEach(() => vi.unstubAllGlobals());

const box = { track: 1, class: "dog", box: [0, 0, 0.5, 0.5] as [number, number, number, number] };

it("shows each picture with its boxes, answers it, and ends when the connection does", async () => {
  const shown: CameraShot[] = [];
  const done = stream("ws://x/live", (shot) => shown.push(shot), new AbortController().signal);
  const socket = FakeSocket.last;
  expect(socket.address).toBe("ws://x/live");
  const content = new Blob();
  socket.onmessage({ data: content }); // without its facts
  socket.onmessage({ data: JSON.stringify({ number: 7, time: 1, boxes: [box] }) });
  expect(socket.sent).toEqual([]);
  socket.onmessage({ data: content });
  expect(shown).toEqual([{ content, number: 7, boxes: [box] }]);
  expect(socket.sent).toEqual([""]);
  socket.onclose();
  await done;
});

it("closes the connection when it is stopped, and shows nothing any more", async () => {
  const show = vi.fn();
  const stop = new AbortController();
  const done = stream("ws://x/live", show, stop.signal);
  stop.abort();
  await done;
  expect(FakeSocket.last.closed).toBe(true);
  FakeSocket.last.onmessage({ data: JSON.stringify({ number: 7, time: 1, boxes: [] }) });
  FakeSocket.last.onmessage({ data: new Blob() });
  expect(show).not.toHaveBeenCalled();
});
