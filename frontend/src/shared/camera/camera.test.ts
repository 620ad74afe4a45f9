import { describe, expect, it, vi } from "vitest";
import { cameraProblem, shotName, startCamera } from "./camera";

describe("cameraProblem", () => {
  it("tells refusal, absence, another program and an insecure page apart", () => {
    const said = ["NotAllowedError", "NotFoundError", "NotReadableError", "SecurityError", "Odd"].map(
      (name) => cameraProblem(new DOMException("", name)),
    );
    expect(said).toEqual(["cameraRefused", "cameraAbsent", "cameraBusy", "cameraInsecure", "cameraFailed"]);
    expect(cameraProblem(new TypeError("x"))).toBe("cameraFailed");
  });

  it("names an insecure page, where browsers hide the camera altogether", async () => {
    vi.stubGlobal("navigator", {});
    const problem = await startCamera(null).catch(cameraProblem);
    expect(problem).toBe("cameraInsecure");
    vi.unstubAllGlobals();
  });
});

describe("shotName", () => {
  it("is a file name that sorts by time", () => {
    expect(shotName("camera", new Date(2026, 10, 21, 9, 5, 7))).toBe("camera 2026-11-21 09.05.07.jpg");
  });
});
