/** A camera that is asked for once in a visit, and not again after a refusal. */
import { cameraProblem, listCameras, startCamera, stopCamera } from "./camera";
import type { TextKey } from "../classify/texts";

export class Camera {
  stream = $state.raw<MediaStream | null>(null);
  starting = $state(false);
  /** It was on and went away: it was unplugged, say. */
  lost = $state(false);
  problem = $state<TextKey | null>(null);
  cameras = $state.raw<readonly string[]>([]);
  video = $state<HTMLVideoElement>();
  #wanted = false;

  /** The person, or the browser, said no: it is not asked a second time. */
  get refused(): boolean {
    return this.problem === "cameraRefused";
  }

  /** Starts it; whether it is on. */
  async start(deviceId: string | null = null): Promise<boolean> {
    this.#wanted = true;
    if (this.refused || this.starting) return false;
    if (this.stream && deviceId === null) return true;
    stopCamera(this.stream);
    this.stream = this.problem = null;
    this.starting = true;
    this.lost = false;
    try {
      const started = await startCamera(deviceId);
      if (!this.#wanted) {
        stopCamera(started); // the person went on while the browser asked
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

  /** Switches it off, also where the browser still asks; it may be started again. */
  stop(): void {
    this.#wanted = false;
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
        if (permission.state !== "granted" || !this.#wanted) return;
        this.problem = null;
        void this.start();
      };
    } catch {
      // A browser that does not tell of it: the page is loaded again.
    }
  }
}
