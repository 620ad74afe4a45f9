"""Finds movement in the picture of a still camera. Knows nothing of objects or of what they are.

Background subtraction by a mixture of Gaussians with shadows (Zivkovic 2004, OpenCV's MOG2). A sudden change
of most of the picture, as of light or an infrared filter, restarts the background and is no movement.
Streaks of rain are left out while it rains. Snow and insects were not measured.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.cameras.boxes import Box

# A still object becomes background after about a tenth of this, in seconds.
_MEMORY_SECONDS = 80.0
# The share of a pixel's past that is background: what makes less than the rest of it stands out. The first
# pictures count for more than later ones, so for some seconds less is believed.
_BACKGROUND, _BACKGROUND_AT_FIRST, _SECONDS_AT_FIRST = 0.9, 0.8, 10.0
# Faster at first, so that what moves in the first picture leaves no hole for long. A rate near 0.1 would
# take in everything at once: what makes a fifth of a pixel's past is background.
_FIRST_PICTURES, _FIRST_RATE = 20, 0.03
_SETTLED = 3
_SUDDEN_SHARE = 0.45
_FOREGROUND = 255
# A region that correlates so well with the background is the background in another light.
_SAME_TEXTURE = 0.85
_FLAT = 4.0
# What is thinner, in pixels, is rain or the edge of something that shook.
_THIN = 6
# The pixels up to which separate pieces are one region. While the background is learned, what stands in the
# first pictures and then moves is seen in pieces: where it was, and where it is.
_JOIN, _JOIN_LEARNING = 5, 25
# Pixels of a cell's side, and levels by which its mean may change where nothing moves.
_CELL, _UNCHANGED = 4, 3
# The share of the picture's cells in which flashes mean rain.
_CELLS, _RAINY_CELLS = 8, 0.3
_FLASH, _FLASHES_IN_CELL = 14, 4
# Moving objects also make pixels darker for one picture; drops do not.
_BRIGHT_BESIDE_DARK = 4.0
_SECONDS_OF_RAIN = 2.0
# Over about how many pictures jumps are counted; fewer regions in them count as so many.
_JUMPS_OF, _FEWEST_REGIONS = 10, 40
# The shares of regions that touch none of the picture before that begin and end frequent jumps.
_MANY_JUMPS, _FEW_JUMPS = 0.3, 0.08


class Background:
    """The background of a still camera. Pictures are uint8 `[h, w, 3]`, all of one size.

    Colour tells a shadow, which is the ground but darker, from an object that is darker than the ground.

    Attributes:
        sudden: most of the picture just changed at once.
    """

    def __init__(self) -> None:
        self._model = self._new_model()
        self._pictures, self._seconds = 0, 0.0
        self.sudden = False
        self._image: NDArray[np.uint8] | None = None

    @property
    def settled(self) -> bool:
        """Whether it has seen enough to tell what moves."""
        return self._pictures > _SETTLED

    @property
    def learned(self) -> bool:
        """Whether it learns slowly by now."""
        return self._pictures > _FIRST_PICTURES

    @property
    def join(self) -> int:
        """The pixels up to which separate pieces are one region."""
        return _JOIN if self.learned else _JOIN_LEARNING

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """The background in grey, `[h, w]`; None while it is not known."""
        if self._image is None and self.settled:
            image = self._model.getBackgroundImage()
            self._image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        return self._image

    def forget(self) -> None:
        """Forget the background and learn it again."""
        self._model, self._pictures, self._image = self._new_model(), 0, None
        self._seconds = 0.0

    def moving(
        self, pixels: NDArray[np.uint8], seconds: float, *, raining: bool = False
    ) -> NDArray[np.uint8]:
        """Where something moves, 255 or 0 for each pixel; nothing while it learns.

        Args:
            seconds: since the picture before.
            raining: leave out what is as thin as the streak of a drop.
        """
        self._pictures, self._image, self.sudden = self._pictures + 1, None, False
        self._seconds += seconds
        early = self._seconds < _SECONDS_AT_FIRST
        self._model.setBackgroundRatio(_BACKGROUND_AT_FIRST if early else _BACKGROUND)
        rate = min(seconds / _MEMORY_SECONDS, 0.05)
        if self._pictures <= _FIRST_PICTURES:
            rate = max(rate, _FIRST_RATE)
        # A mean makes a streak of one pixel five wide; a median has none of it, nor of a twig or a leg.
        clear = cv2.medianBlur(pixels, 5) if raining else pixels
        smooth = cv2.GaussianBlur(clear, (5, 5), 0)
        mask = np.asarray(self._model.apply(smooth, learningRate=rate), np.uint8)
        mask[mask != _FOREGROUND] = 0  # 127 is shadow
        if not self.settled:
            return np.zeros_like(mask)
        if float(np.count_nonzero(mask)) > _SUDDEN_SHARE * mask.size:
            self.forget()
            self.moving(pixels, 0.0, raining=raining)
            self.sudden = True
            return np.zeros_like(mask)
        return mask

    def is_light(self, grey: NDArray[np.uint8], box: Box) -> bool:
        """Whether a region is the background in another light: the same texture, brighter or darker."""
        if (image := self.image) is None:
            return False
        rows = slice(int(box.y), int(box.y + box.height) + 1)
        columns = slice(int(box.x), int(box.x + box.width) + 1)
        now = np.asarray(cv2.GaussianBlur(grey[rows, columns], (5, 5), 0), np.uint8)
        alike, *spreads = likeness(image[rows, columns], now)
        return min(spreads) >= _FLAT and alike > _SAME_TEXTURE

    @staticmethod
    def _new_model() -> cv2.BackgroundSubtractorMOG2:
        model = cv2.createBackgroundSubtractorMOG2(history=500, varThreshold=20, detectShadows=True)
        model.setShadowThreshold(0.5)
        return model


class Quiet:
    """Whether pictures differ only by noise: a cheap test that nothing moves.

    The means of small cells are compared, in which noise is averaged out, and where the smallest object that
    stands out from the background changes more.
    """

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None

    def forget(self) -> None:
        """The next picture is compared with none."""
        self._last = None

    def update(self, grey: NDArray[np.uint8], *, anew: bool) -> bool:
        """Whether a picture shows what the last other one did; `anew`: say no, and compare with this one."""
        height, width = grey.shape
        size = max(width // _CELL, 1), max(height // _CELL, 1)
        cells = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        last = self._last
        if not anew and last is not None and float(cv2.absdiff(cells, last).max()) <= _UNCHANGED:
            return True
        self._last = cells
        return False


class Rain:
    """Whether it rains before a camera that stands still.

    A drop makes a pixel brighter for one picture (Garg and Nayar 2004), here and there in the whole picture.
    What else moves is in one place, or makes as many pixels darker.
    """

    def __init__(self) -> None:
        self._before: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None
        self._share, self._pictures = 0.0, 0

    @property
    def falls(self) -> bool:
        """Whether it rains now."""
        return self._share > _RAINY_CELLS

    def update(self, grey: NDArray[np.uint8], seconds: float) -> None:
        """Take a picture in, `[h, w]`, all of one size. seconds: since the picture before."""
        first, middle = self._before or (grey, grey)
        self._before = middle, grey
        bright = _in_cells(middle, np.maximum(first, grey))
        dark = _in_cells(np.minimum(first, grey), middle)
        rainy = (bright >= _FLASHES_IN_CELL) & (bright > _BRIGHT_BESIDE_DARK * dark)
        self._pictures += 1
        rate = min(max(seconds / _SECONDS_OF_RAIN, 1 / self._pictures), 1.0)
        self._share += rate * (float(rainy.mean()) - self._share)


class Jumps:
    """Whether what moves goes farther than its length from picture to picture, as in one picture a second.

    Then every frame is needed to follow anything.

    Attributes:
        often: it does now.
    """

    def __init__(self) -> None:
        self._last: list[Box] = []
        self._regions = self._apart = 0.0
        self.often = False

    def update(self, boxes: list[Box]) -> None:
        """Take the regions of a picture in."""
        apart = sum(not any(box.intersection(one) for one in self._last) for box in boxes)
        kept = 1 - 1 / _JUMPS_OF
        self._regions, self._apart = kept * self._regions + len(boxes), kept * self._apart + apart
        self._last = boxes
        share = self._apart / max(self._regions, _FEWEST_REGIONS)
        self.often = share > (_FEW_JUMPS if self.often else _MANY_JUMPS)


def _in_cells(bright: NDArray[np.uint8], less: NDArray[np.uint8]) -> NDArray[np.int32]:
    """In how many pixels of each cell of the picture one is brighter than another by a flash."""
    flash = cv2.threshold(cv2.subtract(bright, less), _FLASH, 1, cv2.THRESH_BINARY)[1]
    rows, columns = (np.linspace(0, side, _CELLS + 1).astype(int) for side in flash.shape)
    corners = np.asarray(cv2.integral(flash), np.int32)[np.ix_(rows, columns)]
    return np.asarray(np.diff(np.diff(corners, axis=0), axis=1), np.int32)


def regions(mask: NDArray[np.uint8], smallest: float, join: int = _JOIN) -> list[Box]:
    """The boxes of connected regions of a mask, largest first; pieces that nearly touch are one.

    Args:
        smallest: regions of fewer pixels are left out.
        join: the pixels up to which separate pieces are one region; twice as many vertically.
    """
    left, top, mask = _part_that_moves(mask, 2 * join + 4)
    if not mask.size:
        return []
    # Streaks of rain and single pixels are thinner.
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    closing = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (join, 2 * join + 1))
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, closing)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    pixels = np.bincount(labels[opened > 0].ravel(), minlength=count)
    large = [i for i in range(1, count) if pixels[i] >= smallest and min(stats[i, 2:4]) >= _THIN]
    found = [Box(*(float(stats[i, k]) for k in range(4))).moved(left, top) for i in large]
    return sorted(found, key=lambda box: -box.area)


def _part_that_moves(mask: NDArray[np.uint8], margin: int) -> tuple[int, int, NDArray[np.uint8]]:
    """The left and the top of the part of a mask in which anything is set, with a margin, and that part."""
    x, y, width, height = cv2.boundingRect(mask)
    if not width:
        return 0, 0, mask[:0]
    left, top = max(x - margin, 0), max(y - margin, 0)
    return left, top, mask[top : y + height + margin, left : x + width + margin]


def likeness(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> tuple[float, float, float]:
    """How well two grey patches of one size correlate, -1 to 1, and how far each spreads, in levels."""
    spread, spread_now = (float(cv2.meanStdDev(patch)[1][0, 0]) for patch in (before, now))
    return float(cv2.matchTemplate(now, before, cv2.TM_CCOEFF_NORMED)[0, 0]), spread, spread_now
