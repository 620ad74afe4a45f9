"""A virtual photo-eye: reports when something reaches a line in the picture. Knows no camera, no model.

The belt is known from what the line looks like while nothing is on it, which is followed slowly; a thing that
stays on the line for long becomes part of the belt.
"""

import numpy as np
from numpy.typing import NDArray

from tenfold.line.pictures.pictures import Pixels

_POINTS = 96
# Levels (of 255) by which a point differs from the empty belt where something covers it.
_DIFFERENT = 30.0
# Something is on the line from the first share of its points on, and has left it below the second.
_THERE, _GONE = 0.12, 0.04
# The share of a new picture in the running average of the empty belt.
_FOLLOWED = 0.05
_STAYS_SECONDS = 20.0


class Crossing:
    """Follows one line. line: x and y of both ends, in parts of the picture."""

    def __init__(self, line: tuple[tuple[float, float], tuple[float, float]]) -> None:
        (x1, y1), (x2, y2) = line
        along = np.linspace(0.0, 1.0, _POINTS)
        self._x, self._y = x1 + (x2 - x1) * along, y1 + (y2 - y1) * along
        self._belt: NDArray[np.float32] | None = None
        self._since: float | None = None

    def comes(self, pixels: Pixels, at: float) -> bool:
        """Whether something comes upon the line with this picture, taken at `at` seconds."""
        seen = self._points(pixels)
        if self._belt is None:
            self._belt = seen
        share = float((np.abs(seen - self._belt).max(axis=1) > _DIFFERENT).mean())
        if self._since is None:
            if share >= _THERE:
                self._since = at
                return True
            self._belt += _FOLLOWED * (seen - self._belt)
        elif share < _GONE:
            self._since = None
        elif at - self._since > _STAYS_SECONDS:
            self._belt, self._since = seen, None
        return False

    def _points(self, pixels: Pixels) -> NDArray[np.float32]:
        """The line's points, each the mean of 3 x 3 pixels: a sensor's noise is no movement."""
        height, width = pixels.shape[:2]
        x = np.clip((self._x * width).astype(int), 1, max(1, width - 2))
        y = np.clip((self._y * height).astype(int), 1, max(1, height - 2))
        found = np.zeros((_POINTS, 3), np.float32)
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                found += pixels[np.clip(y + down, 0, height - 1), np.clip(x + right, 0, width - 1)]
        return found / np.float32(9)
