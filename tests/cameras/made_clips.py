"""Clips for the tests of cameras: a ground with noise, a moving block, and the frame's number in it."""

import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

BITS, BLOCK = 10, 16


def pictures(
    count: int, *, width: int = 320, height: int = 240, empty: int = 0, speed: int = 4, once: bool = False,
    noise: int = 6,
) -> Iterator[NDArray[np.uint8]]:  # fmt: skip
    """Frames; the top row of blocks holds the number, least bit first, white for 1.

    Args:
        empty: so many at the beginning show no moving block, and no number.
        speed: pixels that the block moves from frame to frame.
        once: the block crosses once and comes no second time, and there is no number: its blocks that turn on
            and off look like things that move.
        noise: levels.
    """
    random = np.random.default_rng(0)
    ground = random.integers(60, 120, (height // 8, width // 8, 3)).repeat(8, 0).repeat(8, 1)
    for number in range(count):
        frame = (ground + random.integers(-noise, noise, (height, width, 1))).clip(0, 255).astype(np.uint8)
        if number < empty:
            yield frame
            continue
        left = (number - empty) * speed if once else number * speed % (width - 40)
        frame[80:120, left : left + 40] = (220, 40, 40)
        if once:
            yield frame
            continue
        for bit in range(BITS):
            frame[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 255 * (number >> bit & 1)
        yield frame


def number_in(frame: NDArray[np.uint8]) -> int:
    """The number that stands in a frame."""
    middles = [frame[4:12, bit * BLOCK + 4 : bit * BLOCK + 12].mean() for bit in range(BITS)]
    return sum(1 << bit for bit, middle in enumerate(middles) if middle > 128)


def write_clip(
    path: Path, *, count: int = 100, width: int = 320, height: int = 240, rate: int = 25,
    codec: str = "libx264", key_every: int = 25, empty: int = 0, speed: int = 4,
    once: bool = False, noise: int = 6,
) -> Path:  # fmt: skip
    """Write a video file; the ending of its name says the container."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        if codec.startswith("libx26"):
            stream.options = {"g": str(key_every), "preset": "ultrafast", "tune": "zerolatency"}
        shown = pictures(count, width=width, height=height, empty=empty, speed=speed, once=once, noise=noise)
        for picture in shown:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return path


def write_units(clip: Path, path: Path) -> Path:
    """The H.264 access units of a clip, as rtsp_server.py reads them."""
    with av.open(str(clip)) as file, path.open("wb") as out:
        stream = file.streams.video[0]
        to_units = av.BitStreamFilterContext("h264_mp4toannexb", stream)
        for packet in file.demux(stream):
            for unit in to_units.filter(packet if packet.size else None):
                out.write(struct.pack("<I", unit.size) + bytes(unit))
    return path
