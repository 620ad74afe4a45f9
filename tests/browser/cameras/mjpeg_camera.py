"""A network camera before which something crosses every ten seconds: MJPEG over HTTP, for one user."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from PIL import Image

from benchmarks.cameras.scenes import Scene, Sprite, ellipse, ground
from tests.environment.web_server import QuietHandler, answering

USER, PASSWORD = "ann", "Orchard lane 9"
SIZE = (320, 180)
_LOGIN = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
_SECONDS, _RATE = 10, 10


def pictures() -> list[bytes]:
    """The frames of ten seconds, as JPEG."""
    random = np.random.default_rng(7)
    pixels = (np.array((220, 40, 40)) + random.integers(-40, 40, (40, 40, 1))).clip(0, 255).astype(np.uint8)
    crossing = Sprite("red", pixels, ellipse(pixels), [(3.0, -20.0, 90.0), (8.0, 340.0, 90.0)])
    scene = Scene(ground(2, 360, 220), [crossing], seconds=_SECONDS, size=SIZE)
    made = []
    for frame, _ in scene.frames():
        file = BytesIO()
        Image.fromarray(frame.pixels).save(file, "JPEG", quality=90)
        made.append(file.getvalue())
    return made


class _Handler(QuietHandler):
    frames: list[bytes]
    stop: threading.Event

    def do_GET(self) -> None:
        if self.headers["Authorization"] != _LOGIN:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number = 0
        while not self.stop.wait(1 / _RATE):
            part = self.frames[number % len(self.frames)]
            number += 1
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(part)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + part + b"\r\n")
            except OSError:
                return


@contextmanager
def filming() -> Iterator[str]:
    """Runs the camera; gives its address."""
    stop = threading.Event()
    with answering(type("Handler", (_Handler,), {"frames": pictures(), "stop": stop})) as address:
        try:
            yield f"{address}/video"
        finally:
            stop.set()
