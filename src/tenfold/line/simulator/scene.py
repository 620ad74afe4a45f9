"""What a camera over a simulated belt sees. Knows no time and no wire."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from tenfold import images
from tenfold.line.pictures import Pixels

WIDTH, HEIGHT, PART = 360, 240, 120
# 32 x 32 pixels each, a row for each class.
_SHEET, _TILE = Path(__file__).parent / "parts.webp", 32
_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
_BELT = (88, 92, 96)
_NOISE = 3.0


class Scene:
    """A belt with parts under a camera that stands still.

    Args:
        pictures: of the parts; each is scaled to a square of `PART` pixels.
        spacing: encoder counts between two parts on average; of these the picture shows 0.9.
        ahead: counts from the photo-eye to the middle of the picture.
    """

    def __init__(self, pictures: Sequence[Path], *, spacing: int, ahead: int, seed: int = 1) -> None:
        self._parts = [images.resize(_square(images.read(path)), PART, "bilinear") for path in pictures]
        self._scale = WIDTH / (0.9 * spacing)
        self._ahead = ahead
        self._chance = np.random.default_rng(seed)
        self._belt = np.full((HEIGHT, WIDTH, 3), _BELT, np.float32)

    def picture(self, position: float, near: Sequence[tuple[int, int]]) -> Pixels:
        """The camera's picture.

        Args:
            position: of the belt.
            near: parts in view: which picture, and the place where the photo-eye sees it.
        """
        found = self._belt + self._chance.normal(0, _NOISE, (HEIGHT, WIDTH, 1)).astype(np.float32)
        top = (HEIGHT - PART) // 2
        for which, place in near:
            left = round(WIDTH / 2 + (position - place - self._ahead) * self._scale - PART / 2)
            start, end = max(left, 0), min(left + PART, WIDTH)
            if start < end:
                part = self._parts[which % len(self._parts)][:, start - left : end - left]
                found[top : top + PART, start:end] = part
        return found.clip(0, 255).astype(np.uint8)

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


def _square(pixels: Pixels) -> Pixels:
    """The square in the middle."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return np.ascontiguousarray(pixels[top : top + side, left : left + side])
