import { afterEach, expect, it, vi } from "vitest";
import { Camera } from "../shared/camera/camera.svelte";
import { Recorder } from "./recorder.svelte";

afterEach(() => vi.unstubAllGlobals());

it("records for the class whose button is held, whichever other button is let go", async () => {
  const track = { onended: null, stop: vi.fn(), getSettings: () => ({}) };
  const stream = { getTracks: () => [track], getVideoTracks: () => [track] } as unknown as MediaStream;
  const mediaDevices = {
    getUserMedia: () => Promise.resolve(stream),
    enumerateDevices: () => Promise.resolve([]),
  };
  vi.stubGlobal("navigator", { mediaDevices });
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
