"""Pictures inside a page: small copies, many of them on one sheet, as data URIs. Knows nothing of models."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

# Larger pictures are scaled down to this.
LARGEST = 64
COLUMNS = 8
_QUALITY = 60


def small(picture: Pixels, largest: int = LARGEST) -> Pixels:
    """A square picture uint8 `[S, S, 3]`, made smaller where it is larger than `largest`."""
    if picture.shape[0] <= largest:
        return picture
    smaller = Image.fromarray(picture).resize((largest, largest), Image.Resampling.LANCZOS)
    return np.asarray(smaller)


def sheet(pictures: Sequence[Pixels]) -> str:
    """Pictures of one size side by side, `COLUMNS` to a row, as one data URI: one header for all of them."""
    side = pictures[0].shape[0]
    rows = -(-len(pictures) // COLUMNS)
    columns = min(len(pictures), COLUMNS)
    out = np.zeros((rows * side, columns * side, 3), np.uint8)
    for index, picture in enumerate(pictures):
        y, x = (index // COLUMNS) * side, (index % COLUMNS) * side
        out[y : y + side, x : x + side] = picture
    return uri(Image.fromarray(out))


def uri(image: Image.Image) -> str:
    """An RGB image as a data URI in WebP."""
    buffer = io.BytesIO()
    image.save(buffer, "WebP", quality=_QUALITY, method=6)
    return _data("image/webp", buffer.getvalue())


def shade(strength: NDArray[np.floating]) -> str:
    """A matrix of values 0 to 1 as a PNG of one ink whose opacity is the value, for any background."""
    ink = np.zeros((*strength.shape, 4), np.uint8)
    ink[..., :3] = (194, 92, 10)
    ink[..., 3] = np.clip(strength * 255, 0, 255).round()
    buffer = io.BytesIO()
    Image.fromarray(ink).save(buffer, "PNG", optimize=True)
    return _data("image/png", buffer.getvalue())


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
