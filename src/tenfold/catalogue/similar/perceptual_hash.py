"""A 64-bit perceptual hash: pictures that look the same differ in few bits. Knows no table, no file.

The difference hash, dHash: whether each pixel of a tiny grey copy is brighter than its right neighbour (Neal
Krawetz, "Kind of Like That", The Hacker Factor Blog, 2013). Brightening, another size and recompression keep
nearly all bits; cropping and turning do not.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_ROWS, _COLUMNS = 8, 8
# Copies of a picture differ in no more bits than this; see tests/catalogue/similar/test_perceptual_hash.py.
ALIKE = 6


def perceptual_hash(pixels: NDArray[np.uint8]) -> int:
    """The difference hash of a picture, a signed 64-bit number; pixels: uint8 `[H, W, 3]`, RGB, upright."""
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert pixels.dtype == np.uint8
    # In numbers with fractions: rounded ones would make neighbours equal that a copy tells apart.
    grey = Image.fromarray(pixels).convert("L").convert("F")
    values = np.asarray(grey.resize((_COLUMNS + 1, _ROWS), Image.Resampling.BILINEAR))
    bits = (values[:, 1:] > values[:, :-1]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big", signed=True)


def distance(one: int, other: int) -> int:
    """How many of the 64 bits differ."""
    return ((one ^ other) & (2**64 - 1)).bit_count()
