/** Sends this device's camera to one of the server's cameras. Knows nothing of how that is shown. */
import { takePicture } from "../../shared/camera/camera";
import { Camera } from "../../shared/camera/camera.svelte";
import { sleep } from "../../shared/repeat";

/** again: the connection broke, or could not be made. replaced: another page sends. refused: one may no longer.
 *  removed: the camera was. */
export type SendingState = "starting" | "sending" | "again" | "replaced" | "refused" | "removed";

const [longest, quality] = [1280, 0.7]; // pixels; a picture has a megabyte at most
const betweenPictures = 200; // milliseconds
const [firstPause, longestPause] = [1_000, 15_000];
const codes: Record<number, SendingState> = { 4001: "replaced", 1008: "refused", 4004: "removed" };

/** Sends a picture whenever the last was taken in, five a second at most, until the connection ends or `signal`
 *  does; the code with which it ended. */
export async function sendPictures(
  address: string,
  take: () => Promise<Blob | null>,
  ontaken: () => void,
  signal: AbortSignal,
): Promise<number> {
  if (signal.aborted) return 0;
  const socket = new WebSocket(address);
  const end = new AbortController();
  async function next(): Promise<void> {
    let picture: Blob | null = null;
    while (!picture && !end.signal.aborted) {
      const begun = Date.now();
      picture = await take();
      await sleep(begun + betweenPictures - Date.now(), end.signal);
    }
    if (picture && socket.readyState === socket.OPEN) socket.send(picture); // it may be closing
  }
  socket.onopen = () => void next();
  socket.onmessage = () => {
    ontaken();
    void next();
  };
  return new Promise<number>((done) => {
    socket.onclose = ({ code }) => (end.abort(), done(code));
    signal.addEventListener("abort", () => (end.abort(), socket.close(), done(0)), { once: true });
  });
}

export class Sending {
  readonly camera = new Camera();
  /** The number of the camera that this page sends to, or wants to. */
  to = $state<number | null>(null);
  /** What that camera is called, also once it is gone. */
  name = $state("");
  state = $state<SendingState>("starting");

  /** Whether this page sends to a camera, or will as soon as it can. */
  active(camera: number): boolean {
    const over = Object.values(codes).includes(this.state) || this.camera.problem !== null;
    return this.to === camera && !over && !this.camera.lost;
  }

  start(camera: number, name: string): void {
    this.to = camera;
    this.name = name;
    this.state = "starting";
    void this.camera.start();
  }

  /** The camera was removed: nothing is sent any more, and it is said until somebody closes it. */
  removed(): void {
    this.state = "removed";
    this.camera.stop();
  }

  stop(): void {
    this.to = null;
    this.camera.stop();
  }

  /** Sends what `video` shows, and goes on where the connection breaks, until `signal`. */
  async run(address: string, video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
    const take = () =>
      video.videoWidth ? takePicture(video, "frame.jpg", longest, quality) : Promise.resolve(null);
    let pause = firstPause;
    const taken = () => {
      this.state = "sending";
      pause = firstPause;
    };
    while (!signal.aborted) {
      const code = await sendPictures(address, take, taken, signal);
      if (signal.aborted) return;
      this.state = codes[code] ?? "again";
      if (this.state !== "again") return this.camera.stop();
      await sleep(pause, signal);
      pause = Math.min(2 * pause, longestPause);
    }
  }
}

/** One for the page: a device is sent to one camera. */
export const sending = new Sending();
