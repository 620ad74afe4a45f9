"""Square pictures of an object, cut from frames; the best of them are kept. Knows nothing of classes."""

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
    """The square around a box, with a margin of so much of its longer side on each side.

    At an edge of the picture it is moved inwards; one that is larger than the picture is filled up by
    repeating the outermost pixels.
    """
    height, width = pixels.shape[:2]
    side = max(round(max(box.width, box.height) * (1 + 2 * margin)), 8)
    left, top = (round(middle - side / 2) for middle in box.centre)
    left = min(max(left, 0), width - side) if side <= width else (width - side) // 2
    top = min(max(top, 0), height - side) if side <= height else (height - side) // 2
    part = pixels[max(top, 0) : top + side, max(left, 0) : left + side]
    if part.shape[:2] != (side, side):
        before = max(-top, 0), max(-left, 0)
        after = side - part.shape[0] - before[0], side - part.shape[1] - before[1]
        edges = ((before[0], after[0]), (before[1], after[1]), (0, 0))
        part = np.pad(part, edges, mode="edge")
    if side > _LARGEST:
        part = np.asarray(cv2.resize(part, (_LARGEST, _LARGEST), interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(part)


def sharpness(pixels: NDArray[np.uint8]) -> float:
    """The mean steepness of brightness, in levels a pixel, of the picture at 64 pixels at most."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    if grey.shape[0] > 64:
        grey = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean())


def jpeg(pixels: NDArray[np.uint8], *, longest: int | None = None, quality: int = 90) -> bytes:
    """RGB pixels as a JPEG file.

    Args:
        longest: the most pixels that a side may have; a larger picture is made smaller.
    """
    height, width = pixels.shape[:2]
    scale = min(longest / max(height, width), 1.0) if longest else 1.0
    if scale < 1:
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    assert done
    return encoded.tobytes()


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
        size = min(box.size / _LARGE_ENOUGH, 1.0)
        if len(self.crops) == self.most and size < 0.5 * min(crop.weight for crop in self.crops):
            return
        part = square(pixels, box)
        cut = box.x <= 1 or box.y <= 1 or box.x + box.width >= width - 1 or box.y + box.height >= height - 1
        sharp = min(sharpness(part) / _SHARP_ENOUGH, 1.0)
        crop = Crop(part, box, time, max(size * (0.3 + 0.7 * sharp) * (0.4 if cut else 1.0), 1e-3))
        near = [other for other in self.crops if abs(other.time - time) < _SECONDS_APART]
        if not near and len(self.crops) < self.most:
            self.crops.append(crop)
            return
        worst = min(near or self.crops, key=lambda other: other.weight)
        if crop.weight > worst.weight:
            self.crops[self.crops.index(worst)] = crop
