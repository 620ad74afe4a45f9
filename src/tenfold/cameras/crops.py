"""The best square crops of an object from its frames. Knows nothing of classes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.cameras.boxes import Box
from tenfold.cameras.picture import FramePicture, Part, reduced

_MARGIN = 0.2
# The longest side of what the model is asked about.
LARGEST = 384
# A crop this large or sharp counts no more for being larger or sharper.
_LARGE_ENOUGH, _SHARP_ENOUGH = 96.0, 12.0
_SECONDS_APART = 0.4
# A crop replaces another only if it is better by a twentieth: cutting costs time.
_BETTER = 1.05


@dataclass(frozen=True, eq=False)
class Crop:
    """An object in one frame.

    Attributes:
        pixels: uint8 `[side, side, 3]`, RGB.
        box: of the object, in pixels of the source.
        time: seconds.
        weight: how much can be seen, 0 to 1: by size, by sharpness, and whether the picture ends in it.
    """

    pixels: NDArray[np.uint8]
    box: Box
    time: float
    weight: float


def square(picture: FramePicture, box: Box, margin: float = _MARGIN) -> NDArray[np.uint8]:
    """The square around a box, with a margin, as a share of its longer side, on each side.

    At an edge of the picture it is moved inwards; one that is larger than the picture is filled up by
    repeating the outermost pixels.
    """
    part, side, before = _place(picture, box, margin)
    if (part.width, part.height) == (side, side):
        return np.ascontiguousarray(picture.part(part, LARGEST))
    after = side - part.height - before[0], side - part.width - before[1]
    edges = ((before[0], after[0]), (before[1], after[1]), (0, 0))
    return np.ascontiguousarray(reduced(np.pad(picture.part(part, side), edges, mode="edge"), LARGEST))


def _place(picture: FramePicture, box: Box, margin: float) -> tuple[Part, int, tuple[int, int]]:
    """What the picture has of the square around a box, its side, and how far it begins above and left."""
    width, height = picture.size
    side = max(round(max(box.width, box.height) * (1 + 2 * margin)), 8)
    left, top = (round(middle - side / 2) for middle in box.centre)
    left = min(max(left, 0), width - side) if side <= width else (width - side) // 2
    top = min(max(top, 0), height - side) if side <= height else (height - side) // 2
    part = Part(max(left, 0), max(top, 0), min(side, width), min(side, height))
    return part, side, (max(-top, 0), max(-left, 0))


def jpeg(pixels: NDArray[np.uint8], *, longest: int | None = None, quality: int = 90) -> bytes:
    """RGB pixels as a JPEG file, made smaller where a side has more than `longest` pixels."""
    pixels = reduced(pixels, longest) if longest else pixels
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    assert done
    return encoded.tobytes()


class BestCrops:
    """The best crops of one track, spread over its life. most: how many are kept."""

    def __init__(self, most: int = 6) -> None:
        self.most = most
        self.crops: list[Crop] = []

    @property
    def best(self) -> Crop:
        return max(self.crops, key=lambda crop: crop.weight)

    def add(self, picture: FramePicture, box: Box, time: float) -> None:
        """Take a frame in, of which `picture` is the whole."""
        width, height = picture.size
        cut = box.x <= 1 or box.y <= 1 or box.x + box.width >= width - 1 or box.y + box.height >= height - 1
        most = max(min(box.size / _LARGE_ENOUGH, 1.0) * (0.4 if cut else 1.0), 1e-3)
        near = [other for other in self.crops if abs(other.time - time) < _SECONDS_APART]
        added = not near and len(self.crops) < self.most
        worst = None if added else min(near or self.crops, key=lambda other: other.weight)
        if worst is not None and most <= _BETTER * worst.weight:
            return  # however sharp it is
        seen = picture.sharpness(_place(picture, box, _MARGIN)[0])
        weight = most * (0.3 + 0.7 * min(seen / _SHARP_ENOUGH, 1.0))
        if worst is not None and weight <= _BETTER * worst.weight:
            return
        crop = Crop(square(picture, box), box, time, weight)
        if worst is None:
            self.crops.append(crop)
        else:
            self.crops[self.crops.index(worst)] = crop
