import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Camera } from "./camera.svelte";

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

it("is switched off when the person went on while the browser asked", async () => {
  const camera = new Camera();
  const starting = camera.start();
  camera.stop();
  expect(await starting).toBe(false);
  expect(track.stop).toHaveBeenCalled();
});

it("is on again after it was switched off, and still not asked for after a refusal", async () => {
  const camera = new Camera();
  await camera.start();
  camera.stop();
  expect([camera.stream, track.stop.mock.calls.length > 0]).toEqual([null, true]);
  asked.mockRejectedValue(new DOMException("", "NotAllowedError"));
  await camera.start();
  camera.stop();
  await camera.start();
  expect(asked).toHaveBeenCalledTimes(2);
});
