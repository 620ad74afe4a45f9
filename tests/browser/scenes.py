"""A recording for Chromium's fake camera: things before it in turn, again and again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT, RATE = 320, 240, 10
SECONDS = 6


def write(path: Path, pictures: Sequence[Path]) -> Path:
    """Write a Y4M file in which each picture is seen for SECONDS, moving a little."""
    return write_frames(path, _moving(pictures))


def write_frames(path: Path, frames: Iterable[Image.Image]) -> Path:
    """Write RGB frames of one size, both sides even, as a Y4M file of RATE frames a second."""
    with path.open("wb") as file:
        for n, frame in enumerate(frames):
            if n == 0:
                file.write(f"YUV4MPEG2 W{frame.width} H{frame.height} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
            y, blue, red = (np.asarray(plane) for plane in frame.convert("YCbCr").split())
            file.write(b"FRAME\n")
            for plane in (y, blue[::2, ::2], red[::2, ::2]):
                file.write(np.ascontiguousarray(plane).tobytes())
    return path


def _moving(pictures: Sequence[Path]) -> Iterator[Image.Image]:
    for picture in pictures:
        image = Image.open(picture).convert("RGB").resize((WIDTH + 40, HEIGHT + 40))
        for n in range(RATE * SECONDS):
            left, top = n % 40, (2 * n) % 40
            yield image.crop((left, top, left + WIDTH, top + HEIGHT))
