"""Square crops of an object from frames, of which the best are kept. Knows nothing of classes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.cameras.boxes import Box

_MARGIN = 0.2
_LARGEST = 384
# A crop this large or sharp counts no more for being larger or sharper.
_LARGE_ENOUGH, _SHARP_ENOUGH = 96.0, 12.0
_SECONDS_APART = 0.4
# A crop replaces another only if it is better by a twentieth: cutting costs time.
_BETTER = 1.05
_SHARPNESS_AT, _SHARPNESS_FROM = 64, 192


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


def square(pixels: NDArray[np.uint8], box: Box, margin: float = _MARGIN) -> NDArray[np.uint8]:
    """The square around a box, with a margin, as a share of its longer side, on each side.

    At an edge of the picture it is moved inwards; one that is larger than the picture is filled up by
    repeating the outermost pixels.
    """
    side, left, top = _place(pixels, box, margin)
    part = pixels[max(top, 0) : top + side, max(left, 0) : left + side]
    if part.shape[:2] != (side, side):
        before = max(-top, 0), max(-left, 0)
        after = side - part.shape[0] - before[0], side - part.shape[1] - before[1]
        edges = ((before[0], after[0]), (before[1], after[1]), (0, 0))
        part = np.pad(part, edges, mode="edge")
    return np.ascontiguousarray(reduced(part, _LARGEST))


def _place(pixels: NDArray[np.uint8], box: Box, margin: float) -> tuple[int, int, int]:
    """The side of the square around a box, and its left and its top."""
    height, width = pixels.shape[:2]
    side = max(round(max(box.width, box.height) * (1 + 2 * margin)), 8)
    left, top = (round(middle - side / 2) for middle in box.centre)
    left = min(max(left, 0), width - side) if side <= width else (width - side) // 2
    top = min(max(top, 0), height - side) if side <= height else (height - side) // 2
    return side, left, top


def sharpness(pixels: NDArray[np.uint8]) -> float:
    """The mean steepness of brightness, in levels a pixel, of the picture at 64 pixels at most."""
    if min(pixels.shape[:2]) > _SHARPNESS_FROM:  # not every pixel is needed
        size = _SHARPNESS_FROM, _SHARPNESS_FROM
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    if min(pixels.shape[:2]) > _SHARPNESS_AT:
        size = _SHARPNESS_AT, _SHARPNESS_AT
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean())


def jpeg(pixels: NDArray[np.uint8], *, longest: int | None = None, quality: int = 90) -> bytes:
    """RGB pixels as a JPEG file.

    Args:
        longest: the most pixels that a side may have; a larger picture is made smaller.
    """
    pixels = reduced(pixels, longest) if longest else pixels
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    assert done
    return encoded.tobytes()


def reduced(pixels: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """A picture scaled down to a longest side; the shorter one is 16 pixels at least.

    By halves first, which are made in a fraction of the time of means over areas of any size.
    """
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size = max(round(width * scale), 16), max(round(height * scale), 16)
    way = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
    while pixels.shape[1] >= 2 * size[0] and pixels.shape[0] >= 2 * size[1]:
        half = pixels.shape[1] // 2, pixels.shape[0] // 2
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)


class BestCrops:
    """The best crops of one track, spread over its life.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int = 6) -> None:
        self.most = most
        self.crops: list[Crop] = []

    @property
    def best(self) -> Crop:
        return max(self.crops, key=lambda crop: crop.weight)

    def add(self, pixels: NDArray[np.uint8], box: Box, time: float) -> None:
        """Take a frame in, of which `pixels` is the whole."""
        height, width = pixels.shape[:2]
        cut = box.x <= 1 or box.y <= 1 or box.x + box.width >= width - 1 or box.y + box.height >= height - 1
        most = max(min(box.size / _LARGE_ENOUGH, 1.0) * (0.4 if cut else 1.0), 1e-3)
        near = [other for other in self.crops if abs(other.time - time) < _SECONDS_APART]
        added = not near and len(self.crops) < self.most
        worst = None if added else min(near or self.crops, key=lambda other: other.weight)
        if worst is not None and most <= _BETTER * worst.weight:
            return  # however sharp it is
        side, left, top = _place(pixels, box, _MARGIN)
        seen = pixels[max(top, 0) : top + side, max(left, 0) : left + side]
        weight = most * (0.3 + 0.7 * min(sharpness(seen) / _SHARP_ENOUGH, 1.0))
        if worst is not None and weight <= _BETTER * worst.weight:
            return
        crop = Crop(square(pixels, box), box, time, weight)
        if worst is None:
            self.crops.append(crop)
        else:
            self.crops[self.crops.index(worst)] = crop
