/** The camera: start it, take a picture, stop it, and say why it could not be started. */
import type { TextKey } from "../classify/texts";

/** Starts a camera; the one that looks away from the person where there is a choice and none is named. */
export async function startCamera(deviceId: string | null): Promise<MediaStream> {
  const media = navigator.mediaDevices as MediaDevices | undefined; // absent outside https and localhost
  if (!media?.getUserMedia) throw new DOMException("", "SecurityError");
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
  return media.getUserMedia({
    audio: false,
    video: { ...which, width: { ideal: 1920 }, height: { ideal: 1080 } },
  });
}

export function stopCamera(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** The cameras that can be chosen; the browser names them only after the first was allowed. */
export async function listCameras(): Promise<string[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((d) => d.kind === "videoinput" && d.deviceId).map((d) => d.deviceId);
}

export function cameraProblem(error: unknown): TextKey {
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
      return "cameraRefused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "cameraAbsent";
    case "NotReadableError":
    case "AbortError":
      return "cameraBusy";
    case "SecurityError":
      return "cameraInsecure";
    default:
      return "cameraFailed";
  }
}

/** What the video shows now, as a JPEG file; `longest`: no side has more pixels; `quality`: 0 to 1. */
export async function takePicture(
  video: HTMLVideoElement,
  name: string,
  longest = Infinity,
  quality = 0.95,
): Promise<File | null> {
  const { width, height } = scaled(video.videoWidth, video.videoHeight, longest);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(video, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
  return blob && new File([blob], name, { type: "image/jpeg" });
}

/** The size of a picture whose longer side is to have so many pixels at most. */
export function scaled(width: number, height: number, longest: number): { width: number; height: number } {
  const by = Math.min(1, longest / Math.max(width, height, 1));
  return { width: Math.round(width * by), height: Math.round(height * by) };
}

/** A file name such as "camera 2026-11-21 09.05.07.jpg". */
export function shotName(word: string, when: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = [when.getFullYear(), two(when.getMonth() + 1), two(when.getDate())].join("-");
  const time = [two(when.getHours()), two(when.getMinutes()), two(when.getSeconds())].join(".");
  return `${word} ${day} ${time}.jpg`;
}
