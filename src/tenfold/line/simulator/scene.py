"""Draws what a camera over a simulated belt sees. Knows no time and no protocol."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tenfold import images
from tenfold.line.pictures.pictures import Pixels

# The longer side of a part in the camera's picture: small pictures are enlarged, large ones made smaller.
_SMALLEST, _LARGEST = 120, 240
# 32 x 32 pixels each, a row for each class.
_SHEET, _TILE = Path(__file__).parent / "parts.webp", 32
_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
# Belts; that which differs most from the edges of the pictures is taken, so that parts are told from it.
_BELTS = (88, 92, 96), (206, 204, 196), (38, 84, 58)
_STANDS_OUT = 60
_NOISE = 3.0


class Scene:
    """A belt with parts under a camera that stands still.

    Args:
        pictures: of the parts; the whole picture is the part.
        spacing: encoder counts between two parts on average; of these the picture shows 0.9.
        ahead: counts from the photo-eye to the middle of the picture.
    """

    def __init__(self, pictures: Sequence[Path], *, spacing: int, ahead: int, seed: int = 1) -> None:
        read = [images.read(path) for path in pictures]
        side = min(_LARGEST, max(_SMALLEST, *(max(one.shape) for one in read)))
        self._parts = [_within(one, side) for one in read]
        self.width, self.height = 3 * side, 2 * side
        self._scale = self.width / (0.9 * spacing)
        self._ahead = ahead
        self._chance = np.random.default_rng(seed)
        noise = self._chance.normal(0, _NOISE, (self.height, self.width, 1))
        self._empty: Pixels = (_belt(self._parts) + noise).clip(0, 255).astype(np.uint8)
        self._moved = 0

    def picture(self, position: float, near: Sequence[tuple[int, int]]) -> Pixels:
        """The camera's picture.

        Args:
            position: of the belt.
            near: parts in view: which picture, and the place where the photo-eye sees it.
        """
        # The noise is shifted from picture to picture: drawing new noise takes ten times as long.
        self._moved = (self._moved + int(self._chance.integers(1, self.width))) % self.width
        found = np.roll(self._empty, self._moved, axis=1)
        for which, place in near:
            part = self._parts[which % len(self._parts)]
            high, wide = part.shape[:2]
            left = round(self.width / 2 + (position - place - self._ahead) * self._scale - wide / 2)
            top = (self.height - high) // 2
            start, end = max(left, 0), min(left + wide, self.width)
            if start < end:
                found[top : top + high, start:end] = part[:, start - left : end - left]
        return found

    def jpeg(self, position: float, near: Sequence[tuple[int, int]]) -> bytes:
        """The same as a JPEG."""
        file = BytesIO()
        Image.fromarray(self.picture(position, near)).save(file, "JPEG", quality=90)
        return file.getvalue()


def bundled_parts(folder: Path) -> list[tuple[Path, str]]:
    """Write ten test pictures of each of CIFAR-10's classes into a folder; each with its class."""
    sheet = Image.open(_SHEET)
    found = []
    for row, label in enumerate(_CLASSES):
        for column in range(sheet.width // _TILE):
            place = (column * _TILE, row * _TILE, (column + 1) * _TILE, (row + 1) * _TILE)
            sheet.crop(place).save(path := folder / f"{label}-{column}.png")
            found.append((path, label))
    return found


def _within(pixels: Pixels, side: int) -> Pixels:
    """The whole picture, scaled to a longer side."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))


def _belt(parts: Sequence[Pixels]) -> NDArray[np.float32]:
    """The colour of a belt that the edges of parts differ from most, where they are most like it."""
    edges = [np.concatenate([one[0], one[-1], one[:, 0], one[:, -1]]).astype(np.int16) for one in parts]

    def apart(belt: tuple[int, int, int]) -> float:
        # Of each part the share of its edge that stands out.
        return min(float((np.abs(edge - belt).max(axis=1) > _STANDS_OUT).mean()) for edge in edges)

    return np.array(max(_BELTS, key=apart), np.float32)
