/** Frames of a camera while a button is held. Sends nothing. */
import { takePicture } from "../shared/camera/camera";
import type { Camera } from "../shared/camera/camera.svelte";

const between = 125; // milliseconds from one frame to the next
export const longest = 640; // pixels of a frame's longer side: more than the network looks at

/** Records frames for as long as a button is held. */
export class Recorder {
  /** The class that is recorded for. */
  part = $state<number | null>(null);
  count = $state(0);
  #held: number | null = null;

  constructor(
    private readonly camera: Camera,
    private readonly onframe: (part: number, batch: number, frame: File) => boolean,
  ) {}

  /** The button was pressed. Where the camera is off it is started first. */
  async start(part: number): Promise<void> {
    if (this.#held !== null) return;
    this.#held = part;
    this.count = 0;
    if ((await this.camera.start()) && this.#held === part) await this.#record(part);
    else if (this.#held === part) this.#held = null;
  }

  /** The button of a class was let go; one of another class stays held. */
  stop(part: number): void {
    if (this.#held === part) this.#held = null;
  }

  close(): void {
    this.#held = null;
  }

  async #record(part: number): Promise<void> {
    const batch = Date.now();
    this.part = part;
    try {
      do {
        const begun = performance.now();
        const { video } = this.camera;
        if (!this.camera.stream) break;
        const frame = video?.videoWidth ? await takePicture(video, `${Date.now()}.jpg`, longest) : null;
        if (frame && this.onframe(part, batch, frame)) this.count += 1;
        await new Promise((done) => setTimeout(done, Math.max(0, between - (performance.now() - begun))));
      } while (this.#held === part);
    } finally {
      this.part = null;
      if (this.#held === part) this.#held = null;
    }
  }
}
