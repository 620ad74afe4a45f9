"""The picture of a frame, of which only what is asked for is made RGB. Knows no video and no objects.

Video is decoded to planes: the brightness of each pixel, and two of colour, of half the width and height.
They are half as many bytes as RGB, and to find movement a picture is made small first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

_SHARPNESS_AT, _SHARPNESS_FROM = 64, 192


@dataclass(frozen=True)
class Part:
    """A rectangle of whole pixels within a picture."""

    left: int
    top: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


class FramePicture(Protocol):
    """What can be asked of a frame's picture; all pixels are uint8 `[height, width, 3]`, RGB."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    def whole(self) -> NDArray[np.uint8]: ...

    def reduced(self, longest: int) -> NDArray[np.uint8]:
        """See `reduced`."""

    def part(self, part: Part, longest: int) -> NDArray[np.uint8]:
        """A part of it, reduced."""

    def sharpness(self, part: Part) -> float:
        """See `sharpness`."""


@dataclass(frozen=True, eq=False)
class RgbPicture:
    """A picture that is RGB."""

    pixels: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]

    def whole(self) -> NDArray[np.uint8]:
        return self.pixels

    def reduced(self, longest: int) -> NDArray[np.uint8]:
        return reduced(self.pixels, longest)

    def part(self, part: Part, longest: int) -> NDArray[np.uint8]:
        return reduced(self.pixels[part.slices], longest)

    def sharpness(self, part: Part) -> float:
        return sharpness(self.pixels[part.slices])


@dataclass(frozen=True, eq=False)
class PlanarPicture:
    """A picture in planes: brightness, and blue and red beside it, at half the width and height.

    Attributes:
        standard: what the planes mean: 601 or 709, as the ITU's recommendations BT.601 and BT.709 say.
        full: whether brightness goes from 0 to 255; else from 16 to 235.
    """

    planes: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
    standard: int
    full: bool

    @property
    def size(self) -> tuple[int, int]:
        return self.planes[0].shape[1], self.planes[0].shape[0]

    def whole(self) -> NDArray[np.uint8]:
        return self._rgb(self.planes, self.size)

    def reduced(self, longest: int) -> NDArray[np.uint8]:
        return self._rgb(self.planes, _size_of(self.size, longest))

    def part(self, part: Part, longest: int) -> NDArray[np.uint8]:
        # Pixels of colour are two wide and high.
        left, top = part.left // 2, part.top // 2
        right, bottom = (part.left + part.width + 1) // 2, (part.top + part.height + 1) // 2
        light, *colours = self.planes
        seen = [light[part.slices], *(one[top:bottom, left:right] for one in colours)]
        return self._rgb(seen, _size_of((part.width, part.height), longest))

    def sharpness(self, part: Part) -> float:
        return float(_to_rgb(self.standard, self.full)[0, 0]) * sharpness(self.planes[0][part.slices])

    def _rgb(self, planes: Sequence[NDArray[np.uint8]], size: tuple[int, int]) -> NDArray[np.uint8]:
        light, *colours = planes
        way = _way(light, size)
        light = _halved(light, size)
        # Made small as RGB at the end: rounded levels of colour count double in RGB.
        same = [light, *(resized(one, (light.shape[1], light.shape[0])) for one in colours)]
        rgb = np.asarray(cv2.transform(cv2.merge(same), _to_rgb(self.standard, self.full)), np.uint8)
        return _scaled(rgb, size, way)


@cache
def _to_rgb(standard: int, full: bool) -> NDArray[np.float64]:
    """What makes RGB of brightness, blue and red, and 1."""
    red, blue = (0.2126, 0.0722) if standard == 709 else (0.299, 0.114)
    green = 1 - red - blue
    light, colour, black = (1.0, 2.0, 0.0) if full else (255 / 219, 2 * 255 / 224, 16.0)
    from_blue, from_red = (1 - blue) * colour, (1 - red) * colour
    made = np.array(
        [
            [light, 0.0, from_red],
            [light, -from_blue * blue / green, -from_red * red / green],
            [light, from_blue, 0.0],
        ]
    )
    return np.hstack([made, -(made @ np.array([black, 128.0, 128.0]))[:, None]])


def sharpness(pixels: NDArray[np.uint8]) -> float:
    """The mean steepness of brightness, in levels a pixel, of the picture at 64 pixels at most.

    Args:
        pixels: RGB, or its brightness alone, `[height, width]`.
    """
    if min(pixels.shape[:2]) > _SHARPNESS_FROM:  # not every pixel is needed
        size = _SHARPNESS_FROM, _SHARPNESS_FROM
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    if min(pixels.shape[:2]) > _SHARPNESS_AT:
        size = _SHARPNESS_AT, _SHARPNESS_AT
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    grey = np.ascontiguousarray(pixels)
    if grey.ndim == 3:
        grey = np.asarray(cv2.cvtColor(grey, cv2.COLOR_RGB2GRAY), np.uint8)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean())


def reduced(pixels: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """A picture scaled down to a longest side; the shorter one is 16 pixels at least."""
    height, width = pixels.shape[:2]
    return resized(pixels, _size_of((width, height), longest))


def resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture of another width and height.

    By halves first, which are made in a fraction of the time of means over areas of any size.
    """
    return _scaled(_halved(pixels, size), size, _way(pixels, size))


def _way(pixels: NDArray[np.uint8], size: tuple[int, int]) -> int:
    return cv2.INTER_AREA if size[0] <= 0.5 * pixels.shape[1] else cv2.INTER_LINEAR


def _halved(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    while pixels.shape[1] >= 2 * size[0] and pixels.shape[0] >= 2 * size[1]:
        half = pixels.shape[1] // 2, pixels.shape[0] // 2
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    return pixels


def _scaled(pixels: NDArray[np.uint8], size: tuple[int, int], way: int) -> NDArray[np.uint8]:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)


def _size_of(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = longest / max(size)
    if scale >= 1:
        return size
    return max(round(size[0] * scale), 16), max(round(size[1] * scale), 16)
