"""A network camera that sends a clip in a loop: MPEG-TS over HTTP, of any codec that it has."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av

from tests.environment.web_server import QuietHandler, answering


class _Handler(QuietHandler):
    clip: Path
    stop: threading.Event

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "video/mp2t")
        self.end_headers()
        try:
            self._send()
        except OSError:  # the viewer has gone
            return

    def _send(self) -> None:
        began, offset = time.monotonic(), 0
        with av.open(_Unseekable(self.wfile), "w", format="mpegts") as out:
            stream: Any = None
            while True:
                with av.open(str(self.clip)) as source:
                    video = source.streams.video[0]
                    stream = stream or out.add_stream_from_template(video)
                    assert video.time_base is not None
                    step = round(1 / (video.average_rate or 25) / video.time_base)
                    for packet in source.demux(video):
                        if packet.dts is None or packet.pts is None:
                            continue
                        packet.dts, packet.pts = packet.dts + offset, packet.pts + offset
                        last, due = packet.dts, began + float(packet.dts * video.time_base)
                        if self.stop.wait(max(due - time.monotonic(), 0)):
                            return
                        packet.stream = stream
                        out.mux(packet)
                offset = last + step


class _Unseekable:
    """What PyAV needs of a file to write a stream into it."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        self._file.write(data)
        return len(data)


@contextmanager
def sending(clip: Path) -> Iterator[str]:
    """Runs the camera; gives its address."""
    stop = threading.Event()
    with answering(type("Handler", (_Handler,), {"clip": clip, "stop": stop})) as address:
        try:
            yield f"{address}/live"
        finally:
            stop.set()
