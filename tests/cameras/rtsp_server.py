"""An RTSP server that loops a clip and misbehaves as it is told. Run by a Python that has GStreamer.

    /usr/bin/python3 rtsp_server.py UNITS [--port N] [--rate N] [--audio] [--no-video] [--tell N]
        [--user U --password P]

Prints its port, and with --tell the Unix time each time when it sends unit N of the clip. Standard input:
"video off", "stamps off" (they stand still), "hold on" (the same picture again and again), "units FILE"
(another clip), "drop" (every client).
UNITS holds H.264 access units: a length of 4 bytes, then the unit. It ends with its standard input.
"""

import argparse
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

CAPS = "video/x-h264,stream-format=byte-stream,alignment=au"
VIDEO = (
    f"appsrc name=video is-live=true format=time caps={CAPS} ! h264parse config-interval=-1"
    " ! rtph264pay name=pay0 pt=96"
)
SOUND = "audiotestsrc is-live=true ! mulawenc ! rtppcmupay"


class Clip:
    """What is sent, and how it misbehaves."""

    def __init__(self, path: str, rate: float, tell: int | None) -> None:
        self.load(path)
        self.rate, self.tell = rate, tell
        self.on = {"video": True, "stamps": True, "hold": False}

    def load(self, path: str) -> None:
        data, at = Path(path).read_bytes(), 0
        units = []
        while at < len(data):
            (size,) = struct.unpack_from("<I", data, at)
            units.append(data[at + 4 : at + 4 + size])
            at += 4 + size
        self.units = units

    def feed(self, source: Any) -> None:
        began, sent, number, stamp = time.monotonic(), 0, 0, 0
        while True:
            time.sleep(max(0.0, began + sent / self.rate - time.monotonic()))
            sent += 1
            if not self.on["video"]:
                continue
            if self.on["hold"]:
                number = 0
            buffer = Gst.Buffer.new_wrapped(self.units[number % len(self.units)])
            if number % len(self.units) == self.tell:
                sys.stdout.write(f"{time.time()}\n")
                sys.stdout.flush()
            number += 1
            if self.on["stamps"]:
                stamp = int((sent - 1) / self.rate * Gst.SECOND)
            buffer.pts = buffer.dts = stamp
            if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("units")
    parser.add_argument("--port", default="0")
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--audio", action="store_true")
    parser.add_argument("--no-video", action="store_true")
    parser.add_argument("--tell", type=int)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    Gst.init(None)
    clip = Clip(options.units, options.rate, options.tell)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    parts = [] if options.no_video else [VIDEO]
    if options.audio or options.no_video:
        parts.append(f"{SOUND} name=pay{len(parts)}")
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {' '.join(parts)} )")
    factory.set_shared(True)
    factory.connect("media-configure", lambda _, media: start(clip, media))
    server.get_mount_points().add_factory("/live", factory)
    if options.user:
        protect(server, factory, options.user, options.password)
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    loop = GLib.MainLoop()
    threading.Thread(target=listen, args=[clip, server, loop], daemon=True).start()
    loop.run()


def start(clip: Clip, media: Any) -> None:
    source = media.get_element().get_by_name("video")
    if source:
        threading.Thread(target=clip.feed, args=[source], daemon=True).start()


def protect(server: Any, factory: Any, user: str, password: str) -> None:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("user", "media.factory.access", True)
    permissions.add_permission_for_role("user", "media.factory.construct", True)
    factory.set_permissions(permissions)


def listen(clip: Clip, server: Any, loop: Any) -> None:
    for line in sys.stdin:
        word, _, value = line.strip().partition(" ")
        if word == "drop":
            GLib.idle_add(drop, server)
        elif word == "units":
            clip.load(value)
        else:
            clip.on[word] = value == "on"
    loop.quit()


def drop(server: Any) -> bool:
    server.client_filter(lambda *_: GstRtspServer.RTSPFilterResult.REMOVE)
    return False


if __name__ == "__main__":
    main()
