"""A recording for Chromium's fake camera: two things before it in turn, again and again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT, RATE = 320, 240, 10
SECONDS = 6


def write(path: Path, pictures: Sequence[Path]) -> Path:
    """Write a Y4M file in which each picture is seen for SECONDS, moving a little."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            image = Image.open(picture).convert("RGB").resize((WIDTH + 40, HEIGHT + 40))
            for n in range(RATE * SECONDS):
                left, top = n % 40, (2 * n) % 40
                shown = image.crop((left, top, left + WIDTH, top + HEIGHT)).convert("YCbCr")
                y, blue, red = (np.asarray(plane) for plane in shown.split())
                file.write(b"FRAME\n")
                for plane in (y, blue[::2, ::2], red[::2, ::2]):
                    file.write(np.ascontiguousarray(plane).tobytes())
    return path
