/** Plays fragments of an MP4 file as they come, close to the newest. Knows no camera and no server. */

/** Part of a video. */
export interface VideoPart {
  /** Where a file begins, how its video is packed: "avc1.64001f"; else "". */
  codec: string;
  /** Unix time of its first frame. */
  time: number;
  /** Seconds of that frame in the file. */
  at: number;
  content: ArrayBuffer;
}

// Seconds: playing this far behind the newest skips forward, and what was shown so long ago is forgotten.
const farBehind = 1.5;
const closeBehind = 0.3;
const kept = 10;
const patience = 10_000; // milliseconds until the first frame

/** Whether this browser may play video that comes in parts. */
export const playsParts = (): boolean => "MediaSource" in globalThis;

export class Player {
  readonly #video: HTMLVideoElement;
  readonly #failed: () => void;
  #buffer: SourceBuffer | null = null;
  #source: MediaSource | null = null;
  #waiting: ArrayBuffer[] = [];
  #offset: number | null = null;
  #began = 0;

  /** `failed`: the browser does not play what comes. */
  constructor(video: HTMLVideoElement, failed: () => void) {
    this.#video = video;
    this.#failed = failed;
    video.onerror = () => this.#source && failed();
  }

  /** Unix time of what is shown; null: nothing is. */
  get moment(): number | null {
    return this.#offset === null ? null : this.#offset + this.#video.currentTime;
  }

  take({ codec, time, at, content }: VideoPart): void {
    if (codec) this.#begin(`video/mp4; codecs="${codec}"`);
    if (!this.#source) return;
    this.#offset = time - at;
    this.#waiting.push(content);
    this.#try(() => this.#append());
    if (this.#video.readyState < 2 && performance.now() - this.#began > patience) this.#failed();
  }

  close(): void {
    const played = this.#source !== null;
    this.#source = this.#buffer = this.#offset = null;
    this.#waiting = [];
    if (!played) return;
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  #begin(type: string): void {
    this.close();
    if (!MediaSource.isTypeSupported(type)) return this.#failed();
    const source = new MediaSource();
    const address = URL.createObjectURL(source);
    this.#source = source;
    this.#began = performance.now();
    source.onsourceopen = () => {
      URL.revokeObjectURL(address);
      if (this.#source === source) this.#try(() => this.#open(source, type));
    };
    this.#video.src = address;
    // What interrupts it is another file, or the end.
    this.#video.play().catch(() => undefined);
  }

  #open(source: MediaSource, type: string): void {
    this.#buffer = source.addSourceBuffer(type);
    this.#buffer.onupdateend = () => {
      if (this.#source !== source) return;
      this.#stayClose();
      this.#try(() => this.#append());
    };
    this.#append();
  }

  /** What a browser refuses, such as more than it has room for, ends the video. */
  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.#failed();
    }
  }

  #append(): void {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating) return;
    const { buffered } = buffer;
    const old = this.#video.currentTime - kept;
    if (buffered.length && buffered.start(0) < old - kept) return buffer.remove(0, old);
    const next = this.#waiting.shift();
    if (next) buffer.appendBuffer(next);
  }

  /** Go forward where it is far behind, or before something that is missing. */
  #stayClose(): void {
    const { buffered } = this.#video;
    if (!buffered.length) return;
    const start = buffered.start(buffered.length - 1);
    const end = buffered.end(buffered.length - 1);
    const now = this.#video.currentTime;
    if (now < start || now < end - farBehind) this.#video.currentTime = Math.max(start, end - closeBehind);
  }
}
