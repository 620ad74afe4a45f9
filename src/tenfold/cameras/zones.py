"""Zones and masks: named parts of a picture, and parts that are never analysed. Knows no objects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.errors import UsageError

# How many pictures an object has to be in a zone, so that one wrong box does not count.
_CONSECUTIVE = 3


@dataclass(frozen=True)
class Zone:
    """A polygon with a name, in parts of the picture's width and height, 0 to 1."""

    name: str
    corners: tuple[tuple[float, float], ...]

    def contains(self, x: float, y: float) -> bool:
        """Whether a place lies in it, or on its edge; `x` and `y` in parts of the picture."""
        outline = np.array(self.corners, np.float32).reshape(-1, 1, 2)
        return bool(cv2.pointPolygonTest(outline, (float(x), float(y)), False) >= 0)


class Visits:
    """Which zones an object was in."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._zones = zones
        self._in_a_row = [0] * len(zones)
        self.entered: list[str] = []

    def stand(self, x: float, y: float) -> None:
        """It stood there in one more picture; `x` and `y` in parts of the picture."""
        for i, zone in enumerate(self._zones):
            self._in_a_row[i] = self._in_a_row[i] + 1 if zone.contains(x, y) else 0
            if self._in_a_row[i] == _CONSECUTIVE and zone.name not in self.entered:
                self.entered.append(zone.name)


def parse(text: str, width: int, height: int) -> Zone:
    """A zone written as NAME=x,y,x,y,...: pixels of the source, or parts of it where none is above 1.

    Raises:
        UsageError: it is not written so, has fewer than three corners, or lies outside the picture.
    """
    name, equals, rest = text.partition("=")
    try:
        values = [float(value) for value in rest.split(",")]
    except ValueError:
        values = []
    if not equals or not name.strip() or len(values) < 6 or len(values) % 2 or not np.isfinite(values).all():
        raise UsageError(
            f"The zone {text!r}", "is not written NAME=x,y,x,y,... with three corners or more",
            cure="For example: --zone door=100,50,300,50,300,400,100,400",
        )  # fmt: skip
    size = (1.0, 1.0) if max(values) <= 1 else (float(width), float(height))
    corners = tuple((x / size[0], y / size[1]) for x, y in zip(values[::2], values[1::2], strict=True))
    if any(not (0 <= x <= 1 and 0 <= y <= 1) for x, y in corners):
        raise UsageError(
            f"The zone {name!r}", "lies outside the picture",
            received=f"the picture has {width} x {height} pixels", cure="Give corners inside it.",
        )  # fmt: skip
    return Zone(name.strip(), corners)


def from_json(given: Iterable[Mapping[str, Any]]) -> tuple[Zone, ...]:
    """The zones of a camera as its row keeps them: `{"name": ..., "corners": [[x, y], ...]}`."""
    return tuple(Zone(one["name"], tuple((x, y) for x, y in one["corners"])) for one in given)


def hide(pixels: NDArray[np.uint8], zones: Sequence[Zone]) -> NDArray[np.uint8]:
    """The picture with the zones black."""
    if not zones:
        return pixels
    height, width = pixels.shape[:2]
    hidden = pixels.copy()
    for zone in zones:
        outline = np.array([(x * width, y * height) for x, y in zone.corners]).round().astype(np.int32)
        cv2.fillPoly(hidden, [outline], (0, 0, 0))
    return hidden
