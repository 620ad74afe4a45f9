/** The camera of the page Teach: asked for once in a visit, and frames recorded from it. Sends nothing. */
import { cameraProblem, listCameras, startCamera, stopCamera, takePicture } from "../shared/camera";
import type { TextKey } from "../shared/classify/texts";

const between = 125; // milliseconds from one frame to the next
export const longest = 640; // pixels of a frame's longer side: more than the network looks at

export class Camera {
  stream = $state.raw<MediaStream | null>(null);
  starting = $state(false);
  /** It was on and went away: it was unplugged, say. */
  lost = $state(false);
  problem = $state<TextKey | null>(null);
  cameras = $state.raw<readonly string[]>([]);
  video = $state<HTMLVideoElement>();
  #closed = false;

  /** The person, or the browser, said no: it is not asked a second time. */
  get refused(): boolean {
    return this.problem === "cameraRefused";
  }

  /** Starts it; whether it is on. */
  async start(deviceId: string | null = null): Promise<boolean> {
    if (this.refused || this.starting) return false;
    if (this.stream && deviceId === null) return true;
    stopCamera(this.stream);
    this.stream = this.problem = null;
    this.starting = true;
    this.lost = false;
    try {
      const started = await startCamera(deviceId);
      if (this.#closed) {
        stopCamera(started); // the person left the page while the browser asked
        return false;
      }
      for (const track of started.getTracks()) track.onended = () => this.#ended(started);
      this.stream = started;
      this.cameras = await listCameras();
      return true;
    } catch (error) {
      this.problem = cameraProblem(error);
      if (this.refused) void this.#awaitPermission();
      return false;
    } finally {
      this.starting = false;
    }
  }

  another(): Promise<boolean> {
    const now = this.stream?.getVideoTracks()[0]?.getSettings().deviceId ?? "";
    return this.start(this.cameras[(this.cameras.indexOf(now) + 1) % this.cameras.length] ?? null);
  }

  close(): void {
    this.#closed = true;
    stopCamera(this.stream);
    this.stream = null;
  }

  #ended(stream: MediaStream): void {
    if (this.stream !== stream) return;
    this.stream = null;
    this.lost = true;
  }

  /** Allowed in the browser's own settings after all: goes on without a question. */
  async #awaitPermission(): Promise<void> {
    try {
      const permission = await navigator.permissions.query({ name: "camera" as PermissionName });
      permission.onchange = () => {
        if (permission.state !== "granted" || this.#closed) return;
        this.problem = null;
        void this.start();
      };
    } catch {
      // A browser that does not tell of it: the page is loaded again.
    }
  }
}

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
