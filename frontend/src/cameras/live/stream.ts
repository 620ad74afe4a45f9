/** Shows what a camera's WebSocket sends. Knows no camera and no server. */
import type { Shot } from "../../api/follow";
import type { VideoPart } from "./player";

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

/** What moved at a Unix time. */
export interface Moving {
  time: number;
  boxes: Box[];
}

/** Who takes what comes. */
export interface Viewer {
  picture: (shot: CameraShot) => void;
  video: (part: VideoPart) => void;
  boxes: (moving: Moving) => void;
}

/** shown: something came. removed: the camera was. */
export type Outcome = "shown" | "nothing" | "removed";

const removed = 4004; // the code with which the server closes the connection then

type Facts =
  | ({ kind: "picture"; number: number } & Moving)
  | ({ kind: "boxes" } & Moving)
  | ({ kind: "video" } & Omit<VideoPart, "content">);

/** Shows one picture after another, each the newest, or the parts of a video, and answers each, so that the server
 *  sends another one. Ends with `signal`, or when the connection does or cannot be made; what came of it. */
export async function stream(address: string, viewer: Viewer, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted) return "nothing";
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  let facts: Facts | null = null;
  let outcome: Outcome = "nothing";
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (signal.aborted) return;
    outcome = "shown";
    if (typeof data === "string") {
      facts = JSON.parse(data) as Facts;
      if (facts.kind === "boxes") viewer.boxes(facts);
    } else if (facts && facts.kind !== "boxes") {
      if (facts.kind === "video") viewer.video({ ...facts, content: data });
      else viewer.picture({ content: new Blob([data]), number: facts.number, boxes: facts.boxes });
      if (!signal.aborted) socket.send(""); // it may have been stopped by what came
    }
  };
  await new Promise<void>((done) => {
    socket.onclose = ({ code }) => {
      if (code === removed) outcome = "removed";
      done();
    };
    signal.addEventListener("abort", () => (socket.close(), done()), { once: true });
  });
  return outcome;
}
