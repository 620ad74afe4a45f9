/** Shows what a camera's WebSocket sends. Knows no camera and no server. */
import type { Shot } from "../api/follow";

/** Something that moves, in parts of the picture. */
export interface Box {
  track: number;
  class: string;
  /** x, y, width, height */
  box: [number, number, number, number];
}

export interface CameraShot extends Shot {
  boxes: Box[];
}

/** Shows one picture after another, each the newest, and answers each, so that the server sends another one.
 *  Ends with `signal`, or when the connection does or cannot be made. */
export async function stream(
  address: string,
  show: (shot: CameraShot) => void,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const socket = new WebSocket(address);
  socket.binaryType = "blob";
  let facts: { number: number; boxes: Box[] } | null = null;
  socket.onmessage = ({ data }: MessageEvent<string | Blob>) => {
    if (signal.aborted) return;
    if (typeof data === "string") {
      facts = JSON.parse(data) as { number: number; boxes: Box[] };
    } else if (facts) {
      show({ content: data, number: facts.number, boxes: facts.boxes });
      socket.send("");
    }
  };
  await new Promise<void>((done) => {
    socket.onclose = () => done();
    signal.addEventListener("abort", () => (socket.close(), done()), { once: true });
  });
}
