"""What a picture looks like, as 64 bits: pictures that look the same differ in few. Knows no table, no file.

The difference hash, dHash: whether each pixel of a tiny grey copy is brighter than its right neighbour (Neal
Krawetz, "Kind of Like That", The Hacker Factor Blog, 2013). Brightening, another size and recompression keep
nearly all bits; cropping and turning do not.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_ROWS, _COLUMNS = 8, 8


def look(pixels: NDArray[np.uint8]) -> int:
    """The difference hash of a picture, as a signed 64-bit number.

    Args:
        pixels: uint8 `[H, W, 3]`, RGB, upright.
    """
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert pixels.dtype == np.uint8
    grey = Image.fromarray(pixels).convert("L")
    # A box takes the mean of all that it covers: no pixel of a large picture goes unseen.
    tiny = grey.resize((_COLUMNS + 1, _ROWS), Image.Resampling.BOX, reducing_gap=3.0)
    values = np.asarray(tiny, np.int16)
    bits = (values[:, 1:] > values[:, :-1]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big", signed=True)


def distance(one: int, other: int) -> int:
    """How many of the 64 bits differ."""
    return ((one ^ other) & (2**64 - 1)).bit_count()
