"""Folders of small pictures for tests."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def noisy(seed: int, side: int = 40) -> NDArray[np.uint8]:
    """A picture that no other seed gives."""
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def picture(path: Path, seed: int) -> Path:
    """A file with a picture of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = {".jpg": "JPEG", ".jpeg": "JPEG"}.get(path.suffix.lower(), "PNG")
    Image.fromarray(noisy(seed)).save(path, kind)
    return path


def folder(root: Path, *, classes: tuple[str, ...] = ("cat", "dog"), each: int = 10, seed: int = 0) -> Path:
    """`root/class/number.png`, each with a picture of its own."""
    for k, label in enumerate(classes):
        for number in range(each):
            picture(root / label / f"{number:03}.png", seed + 10_000 * k + number)
    return root
