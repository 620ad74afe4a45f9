"""A network camera that sends a clip in a loop: MPEG-TS over HTTP, of any codec that it has."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av


class _Handler(BaseHTTPRequestHandler):
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

    def log_message(self, *arguments: object) -> None:
        return


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
    handler = type("Handler", (_Handler,), {"clip": clip, "stop": stop})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/live"
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
