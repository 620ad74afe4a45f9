import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Camera, Recorder } from "./camera.svelte";

const asked = vi.fn<() => Promise<MediaStream>>();
const track = { onended: null as null | (() => void), stop: vi.fn(), getSettings: () => ({}) };
const stream = { getTracks: () => [track], getVideoTracks: () => [track] } as unknown as MediaStream;

beforeEach(() => {
  asked.mockReset().mockResolvedValue(stream);
  const mediaDevices = { getUserMedia: asked, enumerateDevices: () => Promise.resolve([]) };
  vi.stubGlobal("navigator", { mediaDevices });
});
afterEach(() => vi.unstubAllGlobals());

it("is asked for once, however often it is started", async () => {
  const camera = new Camera();
  expect(await camera.start()).toBe(true);
  expect(await camera.start()).toBe(true);
  expect(asked).toHaveBeenCalledTimes(1);
});

it("is not asked for a second time after a refusal", async () => {
  asked.mockRejectedValue(new DOMException("", "NotAllowedError"));
  const camera = new Camera();
  expect(await camera.start()).toBe(false);
  expect(await camera.start()).toBe(false);
  expect(camera.refused).toBe(true);
  expect(asked).toHaveBeenCalledTimes(1);
});

it("may be tried again where there was none, and says that it went away", async () => {
  asked.mockRejectedValueOnce(new DOMException("", "NotFoundError"));
  const camera = new Camera();
  await camera.start();
  expect(camera.problem).toBe("cameraAbsent");
  expect(await camera.start()).toBe(true);
  track.onended?.();
  expect([camera.stream, camera.lost]).toEqual([null, true]);
});

it("is switched off when the person left while the browser asked", async () => {
  const camera = new Camera();
  const starting = camera.start();
  camera.close();
  expect(await starting).toBe(false);
  expect(track.stop).toHaveBeenCalled();
});

it("records for the class whose button is held, whichever other button is let go", async () => {
  const camera = new Camera();
  const recorder = new Recorder(camera, () => true);
  await camera.start();
  void recorder.start(1);
  await vi.waitFor(() => expect(recorder.part).toBe(1));
  recorder.stop(2);
  await new Promise((done) => setTimeout(done, 300));
  expect(recorder.part).toBe(1);
  recorder.stop(1);
  await vi.waitFor(() => expect(recorder.part).toBe(null));
});
