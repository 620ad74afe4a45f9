"""Decoders that fail in the ways that decoders do. Imported by the decoder's process."""

import os
import time

from av.video.frame import VideoFrame

from tenfold.cameras.decoder import child, video
from tenfold.processes.child import ParentChannel

# The frame that goes wrong.
_BAD = 10
_decode = video.Video.decode
_decoded = 0


def crash(channel: ParentChannel) -> None:
    _serve_until_bad(channel, os.abort)


def hang(channel: ParentChannel) -> None:
    _serve_until_bad(channel, lambda: time.sleep(600))


def leak(channel: ParentChannel) -> None:
    _serve_until_bad(channel, _leak)


def slow(channel: ParentChannel) -> None:
    """As on a machine that is too slow: a frame takes longer to decode than to film."""
    video.Video.decode = _slowly  # type: ignore[method-assign]
    child.serve(channel)


def late(channel: ParentChannel) -> None:
    """As on a machine that is too busy to start it soon."""
    time.sleep(4)
    child.serve(channel)


def pattern(channel: ParentChannel) -> None:
    """A camera at this computer, whose name is a test pattern of FFmpeg's."""
    video._USB_FORMATS["linux"] = "lavfi"
    child.serve(channel)


def told(channel: ParentChannel) -> None:
    """Fail with an error that holds the password."""
    said = channel.receive()
    assert said is not None
    raise RuntimeError(said["url"])


def _serve_until_bad(channel: ParentChannel, bad: "object") -> None:
    def decode(self: video.Video, packet: video.Packet | None) -> list[VideoFrame]:
        global _decoded
        _decoded += 1
        if _decoded > _BAD:
            assert callable(bad)
            bad()
        return _decode(self, packet)

    video.Video.decode = decode  # type: ignore[method-assign]
    child.serve(channel)


def _leak() -> None:
    held = []
    while True:
        held.append(bytearray(1 << 20))


def _slowly(self: video.Video, packet: video.Packet | None) -> list[VideoFrame]:
    time.sleep(0.06)
    return _decode(self, packet)
