"""Converts decoded images to RGB arrays, and arrays to the model's size or to a JPEG.

Knows nothing of files.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import UsageError

if TYPE_CHECKING:
    from PIL import Image

# Left, top, right, bottom, in pixels.
Box: TypeAlias = tuple[float, float, float, float]
RESIZE_RULES = ("box", "bilinear", "bicubic", "lanczos")

# Views take a part of a picture, and smaller networks a smaller one.
_LEAST_NEEDED, _NEEDED_PER_INPUT = 256, 2
_SMALL_QUALITY = 82

# Pixels turned into an array at a time, so that no second whole picture stands in memory.
_STRIP = 1 << 20
# A picture of one column and 50 million rows would become 32 times its size if its rows were stretched first.
_MOST_ROWS = 65_535


def needed(side: int) -> int:
    """The pixels on the short side that suffice for a network that takes `side`."""
    return max(_LEAST_NEEDED, _NEEDED_PER_INPUT * side)


def jpeg(pixels: NDArray[np.uint8], side: int | None = None, *, quality: int = _SMALL_QUALITY) -> bytes:
    """A picture `[rows, columns, 3]` as a JPEG, made smaller where one of its sides is longer than `side`."""
    from PIL import Image

    image, out = Image.fromarray(pixels), BytesIO()
    if side is not None:
        image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def upright_rgb(
    image: "Image.Image", orientation: int, grey: tuple[float, float] | None, factor: int = 1
) -> NDArray[np.uint8]:
    """The pixels of a decoded image, uint8 `[rows, columns, 3]`, turned by its EXIF orientation.

    `grey` holds the values that are black and white, for the modes of one wide channel; None: its extremes.
    Each pixel is the mean of `factor` times `factor` of the image's; those at its edge may be of fewer.
    """
    columns, rows = image.size
    turned = orientation >= 5
    narrow, low = -(-columns // factor), -(-rows // factor)
    pixels = np.empty((narrow, low, 3) if turned else (low, narrow, 3), dtype=np.uint8)
    # The same memory, seen as the image lies in its file; strips are written through it.
    lying = pixels.transpose(1, 0, 2) if turned else pixels
    lying = lying[::-1] if orientation in (3, 4, 6, 7) else lying
    lying = lying[:, ::-1] if orientation in (2, 3, 7, 8) else lying
    wide = image.mode[0] in "IF"
    if wide and grey is None:
        values = np.asarray(image)
        finite = values[np.isfinite(values)]
        grey = (finite.min(), finite.max()) if finite.size else (0, 1)
    step = max(1, _STRIP // columns // factor) * factor
    for top in range(0, rows, step):
        bottom = min(rows, top + step)
        strip = image if step >= rows else image.crop((0, top, columns, bottom))
        colours = _grey(strip, *grey) if wide and grey else _colours(strip)
        lying[top // factor : -(-bottom // factor)] = _reduced(colours, factor)
    return pixels


def _reduced(pixels: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    if factor == 1:
        return pixels
    from PIL import Image

    return np.asarray(Image.fromarray(pixels).reduce(factor))


def rgb_of_array(values: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """RGB from uint8 grey `[H, W]`, RGB `[H, W, 3]` or RGBA `[H, W, 4]`; None from anything else."""
    if values.dtype != np.uint8 or 0 in values.shape:
        return None
    if values.ndim == 2:
        return np.repeat(values[:, :, None], 3, axis=2)
    if values.ndim != 3 or values.shape[2] not in (1, 3, 4):
        return None
    if values.shape[2] == 1:
        return np.repeat(values, 3, axis=2)
    if values.shape[2] == 3:
        return np.ascontiguousarray(values)
    from PIL import Image

    return _over_white(Image.fromarray(values))


def resize(
    pixels: NDArray[np.uint8],
    size: int,
    rule: str,
    box: Box | None = None,
) -> NDArray[np.uint8]:
    """The picture, or a box of it (left, top, right, bottom, in pixels), squashed to `[size, size, 3]`.

    It is Pillow's antialiased resize, each axis on its own: first along the rows, then along the columns
    (the other way round in a picture of more than 65,535 rows).
    Written out, because other surfaces repeat it, for the box from b0 to b1 on an axis of n pixels:

        scale = (b1 - b0) / size;  wide = max(scale, 1);  reach = support * wide
        output pixel x has its centre at  c = b0 + (x + 0.5) * scale
        and takes the input pixels i from  max(0, int(c - reach + 0.5))  up to, not including,
        min(n, int(c + reach + 0.5)),  weighted by  f((i - c + 0.5) * (1 / wide))

    b0, b1 and b1 - b0 are 32-bit floats, all else is 64-bit. The weights of an output pixel are divided by
    their sum and rounded to multiples of 2**-22 (halves away from zero). Each axis sums exactly, rounds to
    the nearest integer (halves up) and clips to 0..255. An axis that needs no change (its whole length, scale
    1) is left as it is.

        box       f(t) = 1 where -0.5 < t <= 0.5                        support 0.5
        bilinear  f(t) = 1 - |t| where |t| < 1                          support 1
        bicubic   Keys' cubic with a = -0.5                             support 2
        lanczos   f(t) = sinc(t) sinc(t / 3) where -3 <= t < 3          support 3
    """
    height, width = pixels.shape[:2]
    return resize_boxes(pixels, size, rule, [box or (0, 0, width, height)])[0]


def resize_boxes(
    pixels: NDArray[np.uint8], size: int, rule: str, boxes: Sequence[Box]
) -> list[NDArray[np.uint8]]:
    """`resize` for several boxes of one picture; boxes of the same columns share the pass along the rows."""
    if rule not in RESIZE_RULES:
        raise UsageError(
            "the resize rule",
            "is not known",
            received=repr(rule),
            cure=f"Take one of {', '.join(RESIZE_RULES)}.",
        )
    from PIL import Image

    how = Image.Resampling[rule.upper()]
    image = Image.fromarray(pixels)
    # In one call Pillow chooses which axis goes first, by the sizes and by its version; the order shows.
    if image.height > _MOST_ROWS:
        return [
            np.asarray(
                image.resize((image.width, size), how, (0, top, image.width, bottom)).resize(
                    (size, size), how, (left, 0, right, size)
                )
            )
            for left, top, right, bottom in boxes
        ]
    columns = {(left, right) for left, _, right, _ in boxes}
    narrow = {
        (left, right): image.resize((size, image.height), how, (left, 0, right, image.height))
        for left, right in columns
    }
    return [
        np.asarray(narrow[left, right].resize((size, size), how, (0, top, size, bottom)))
        for left, top, right, bottom in boxes
    ]


def _colours(strip: "Image.Image") -> NDArray[np.uint8]:
    if strip.has_transparency_data:
        return _over_white(strip.convert("RGBA"))
    return np.asarray(strip if strip.mode == "RGB" else strip.convert("RGB"))


def _over_white(rgba: "Image.Image") -> NDArray[np.uint8]:
    from PIL import Image

    white = Image.new("RGB", rgba.size, (255, 255, 255))
    white.paste(rgba, mask=rgba)
    return np.asarray(white)


def _grey(strip: "Image.Image", black: float, white: float) -> NDArray[np.uint8]:
    values = np.asarray(strip).astype(np.float64)
    levels = (values - black) * 255 / ((white - black) or 1)
    levels = np.rint(np.clip(np.nan_to_num(levels, nan=0.0), 0, 255)).astype(np.uint8)
    see_through = strip.info.get("transparency")
    if isinstance(see_through, int):
        levels[values == see_through] = 255
    return np.repeat(levels[:, :, None], 3, axis=2)
