import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { stream, type Viewer } from "./stream";

class FakeSocket {
  static last: FakeSocket;
  onmessage: (event: { data: unknown }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;
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

function viewer() {
  const one = { picture: vi.fn(), video: vi.fn(), boxes: vi.fn() } satisfies Viewer;
  return one;
}

it("shows each picture with its boxes, answers it, and ends when the connection does", async () => {
  const one = viewer();
  const done = stream("ws://x/live", one, new AbortController().signal);
  const socket = FakeSocket.last;
  expect(socket.address).toBe("ws://x/live");
  const content = new ArrayBuffer(3);
  socket.onmessage({ data: content }); // without its facts
  socket.onmessage({ data: JSON.stringify({ kind: "picture", number: 7, time: 1, boxes: [box] }) });
  expect(socket.sent).toEqual([]);
  socket.onmessage({ data: content });
  expect(one.picture.mock.calls).toEqual([[{ content: new Blob([content]), number: 7, boxes: [box] }]]);
  expect(socket.sent).toEqual([""]);
  socket.onclose({ code: 1001 });
  expect(await done).toBe("shown");
});

it("says that nothing came where the connection cannot be made", async () => {
  const done = stream("ws://x/live", viewer(), new AbortController().signal);
  FakeSocket.last.onclose({ code: 1006 });
  expect(await done).toBe("nothing");
});

it("says that the camera was removed, though pictures came before", async () => {
  const done = stream("ws://x/live", viewer(), new AbortController().signal);
  const socket = FakeSocket.last;
  socket.onmessage({ data: JSON.stringify({ kind: "picture", number: 7, time: 1, boxes: [] }) });
  socket.onclose({ code: 4004 });
  expect(await done).toBe("removed");
});

it("gives each part of a video and answers it, and what moves, which it does not answer", () => {
  const one = viewer();
  void stream("ws://x/live", one, new AbortController().signal);
  const socket = FakeSocket.last;
  const content = new ArrayBuffer(3);
  socket.onmessage({ data: JSON.stringify({ kind: "video", codec: "avc1.64001f", time: 5, at: 0 }) });
  socket.onmessage({ data: content });
  expect(one.video).toHaveBeenCalledWith(
    expect.objectContaining({ codec: "avc1.64001f", time: 5, at: 0, content }),
  );
  socket.onmessage({ data: JSON.stringify({ kind: "boxes", number: 7, time: 6, boxes: [box] }) });
  expect(one.boxes).toHaveBeenCalledWith(expect.objectContaining({ time: 6, boxes: [box] }));
  expect(socket.sent).toEqual([""]);
});

it("closes the connection when it is stopped, and shows nothing any more", async () => {
  const one = viewer();
  const stop = new AbortController();
  const done = stream("ws://x/live", one, stop.signal);
  stop.abort();
  await done;
  expect(FakeSocket.last.closed).toBe(true);
  FakeSocket.last.onmessage({ data: JSON.stringify({ kind: "picture", number: 7, time: 1, boxes: [] }) });
  FakeSocket.last.onmessage({ data: new ArrayBuffer(3) });
  expect(one.picture).not.toHaveBeenCalled();
});
