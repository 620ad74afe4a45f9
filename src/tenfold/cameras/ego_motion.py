"""How a camera itself moved between two pictures. Knows nothing of moving objects.

A still camera that is shaken is told from one that pans or is carried: shakes are small and come back.
"""

from collections import deque
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

# The best point of each of 10 x 10 cells is followed, however weak: on smooth ground the few strong corners
# of an object would pass for the whole picture. At half the size with a wide window weak slopes say enough.
_GRID = 10
_WINDOW = 21
_MIN_POINTS = 12
_CELLS = 4
# How many of the 16 cells of the picture must have agreeing points: one large object is not the camera.
_MIN_CELLS = 5
_AGREEMENT = 0.4
# Levels by which the mean of a cell differs where something else is seen.
_OTHER = 1.5
# Pixels on edges so steep differ by more than so much where the camera moved by a third of a pixel.
_STEEP, _AS_BEFORE = 30, 3
_MIN_EDGE_PIXELS, _UNMOVED = 100, 0.7
# Levels between neighbouring pixels that are an edge, and the share of them that leaves a picture smooth.
_EDGE, _FEW = 24.0, 0.1


@dataclass(frozen=True)
class CameraMotion:
    """A similarity that takes places of the picture before to those of this one.

    Attributes:
        matrix: float64 `[2, 3]`.
        known: whether it could be estimated; where not, the matrix moves nothing.
        shift: pixels that the middle of the picture moved.
        zoom: how many pixels a corner of the picture moved besides.
    """

    matrix: NDArray[np.float64]
    known: bool
    shift: float
    zoom: float

    @property
    def amount(self) -> float:
        return self.shift + self.zoom

    def corners(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Where it takes two opposite corners of a picture."""
        height, width = shape[:2]
        return np.asarray(self.matrix @ np.array([[0, width], [0, height], [1, 1]]), np.float64)


class GreyPicture:
    """A grey picture, as motion is estimated from or to it: at half the size, with points to be followed."""

    def __init__(self, grey: NDArray[np.uint8]) -> None:
        self.shape = grey.shape
        self.small = _halved(grey)

    @cached_property
    def points(self) -> NDArray[np.float32]:
        return _points(self.small)

    @cached_property
    def steep(self) -> NDArray[np.bool_]:
        """Where its edges are."""
        slope = cv2.morphologyEx(self.small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        return np.asarray(slope >= _STEEP)


def still(*, known: bool = False) -> CameraMotion:
    """A camera that did not move, or whose movement is unknown."""
    return CameraMotion(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), known, 0.0, 0.0)


def between(before: GreyPicture, now: GreyPicture) -> CameraMotion:
    """The camera's motion between two pictures of one size.

    Points are followed by optical flow (Lucas and Kanade 1981); the motion is the similarity that most of
    them agree on (RANSAC, Fischler and Bolles 1981).
    """
    height, width = before.shape
    points, window = before.points, (_WINDOW, _WINDOW)
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        before.small, now.small, points, points.copy(), winSize=window, maxLevel=2
    )
    kept = np.asarray(found).ravel() == 1
    places, ends = (2 * np.asarray(p, np.float32)[kept] + 0.5 for p in (points, moved))
    return fit(places, ends, width, height)


def unmoved(before: GreyPicture, now: GreyPicture) -> bool:
    """Whether most edges of a picture, in enough of its parts, are where they were: known at little cost."""
    steep = before.steep
    count = int(np.count_nonzero(steep))
    if count < _MIN_EDGE_PIXELS:
        return False
    same = steep & np.asarray(cv2.absdiff(before.small, now.small) <= _AS_BEFORE)
    if np.count_nonzero(same) < _UNMOVED * count:
        return False
    kept, were = _in_cells(same), _in_cells(steep)
    return int(((kept >= _UNMOVED * were) & (were > 0)).sum()) >= _MIN_CELLS


def _in_cells(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many pixels of each of the 16 cells of a picture are set."""
    rows, columns = (np.arange(_CELLS) * side // _CELLS for side in mask.shape)
    return np.asarray(np.add.reduceat(np.add.reduceat(mask, rows, 0, np.int64), columns, 1), np.int64)


def changed_share(before: GreyPicture, now: GreyPicture) -> float:
    """The share of a picture, 0 to 1, in which another brightness is seen than before.

    The mean of a cell is compared, in which noise is averaged out; one light that changed for all is none.
    """
    a, b = (
        cv2.resize(picture, (_GRID, _GRID), interpolation=cv2.INTER_AREA).astype(np.float32)
        for picture in (before.small, now.small)
    )
    light = float(np.median(b / np.maximum(a, 1.0)))
    return float((np.abs(b - light * a) > _OTHER).mean())


def edges(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where a picture has edges, 255 or 0 for each pixel."""
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    steep = np.asarray(cv2.morphologyEx(soft, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.uint8)
    return np.asarray((steep > max(_EDGE, 4 * median(steep))) * 255, np.uint8)


def median(levels: NDArray[np.uint8]) -> float:
    """The median of 8-bit levels; several times as fast as for any numbers."""
    upto = np.cumsum(np.bincount(levels.ravel(), minlength=256))
    return float(np.searchsorted(upto, levels.size / 2))


def is_smooth(mask: NDArray[np.uint8]) -> bool:
    """Whether a picture with these edges says little of how the camera moves."""
    return float(np.count_nonzero(mask)) <= _FEW * mask.size


def _halved(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape
    return np.asarray(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)


def _points(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The best point to follow in each cell of a picture, `[n, 2]`."""
    height, width = (side // _GRID for side in grey.shape)
    corners = cv2.cornerMinEigenVal(grey, 7)[: height * _GRID, : width * _GRID]
    cells = corners.reshape(_GRID, height, _GRID, width).swapaxes(1, 2).reshape(_GRID * _GRID, -1)
    best = cells.argmax(axis=1)
    row, column = np.divmod(np.arange(_GRID * _GRID), _GRID)
    places = column * width + best % width, row * height + best // width
    return np.stack(places, axis=1).astype(np.float32)


def fit(places: NDArray[np.float32], moved: NDArray[np.float32], width: int, height: int) -> CameraMotion:
    """The similarity that most points agree on."""
    if len(places) < _MIN_POINTS:
        return still()
    matrix, agree = cv2.estimateAffinePartial2D(places, moved, ransacReprojThreshold=1.0)
    if matrix is None or not np.isfinite(matrix).all():
        return still()
    inliers = places[agree.ravel() == 1]
    columns = (inliers[:, 0] * _CELLS / width).astype(int)
    rows = (inliers[:, 1] * _CELLS / height).astype(int)
    cells = len(set(zip(columns.tolist(), rows.tolist(), strict=True)))
    if len(inliers) < _AGREEMENT * len(places) or cells < _MIN_CELLS:
        return still()
    middle = np.array([width / 2, height / 2, 1.0])
    shift = float(np.hypot(*(matrix @ middle - middle[:2])))
    turn = matrix[:, :2] - np.eye(2)
    zoom = float(np.hypot(*(turn @ np.array([width / 2, height / 2]))))
    return CameraMotion(np.asarray(matrix, np.float64), True, shift, zoom)


def steady(pixels: NDArray[np.uint8], motion: CameraMotion) -> NDArray[np.uint8]:
    """The picture with the shake removed."""
    if not motion.known or motion.amount < 0.3:
        return pixels
    height, width = pixels.shape[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shown = cv2.warpAffine(
        pixels, motion.matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(shown, np.uint8)


def clear_border(mask: NDArray[np.uint8], motion: CameraMotion) -> None:
    """Nothing is known of the border that a shake took out of the picture."""
    if motion.known and motion.amount >= 0.3:
        width = int(motion.amount) + 2
        mask[:width] = mask[-width:] = 0
        mask[:, :width] = mask[:, -width:] = 0


class Stance:
    """Whether the camera stands or travels. Pictures are grey, of one size, about 320 pixels wide.

    A shake comes back and a slow drift is followed: both stand, and are undone by the motion since the
    anchor, the picture that others are laid on.

    Attributes:
        travels: it pans, zooms or is carried.
        doubtful: most of a smooth picture is another than it was, and nobody knows why.
        shakes: it stands, and was moved to and fro within the last second.
    """

    # The largest shake within a second, and the largest drift within some seconds.
    _FAR = 7.0
    # Smaller shakes are not noticeable.
    _SHAKE = 1.5
    _DRIFT, _SECONDS_OF_DRIFT = 20.0, 20.0
    _REST, _SECONDS_OF_REST = 2.0, 1.5
    # The share of a picture that changes when the camera turns.
    _MOST = 0.5

    def __init__(self) -> None:
        self.travels = self.doubtful = self.shakes = False
        self._anchor: GreyPicture | None = None
        self._before: GreyPicture | None = None
        self._places = deque[tuple[float, NDArray[np.float64]]]()
        self._anchored = self._rested = 0.0
        self._rest: GreyPicture | None = None
        self._lost = 0

    def update(self, grey: NDArray[np.uint8], time: float) -> tuple[bool, CameraMotion]:
        """Take a picture in.

        Returns:
            Whether nothing older can be laid on this picture, as the camera began or ended to travel or has
            drifted far; and its motion since the anchor, or where it travels since the picture before.
        """
        now = GreyPicture(grey)
        before, self._before = self._before, now
        if self._anchor is None or before is None:
            self._stand(now, time)
            return False, still()
        if self.travels:
            motion = between(before, now)
            self.doubtful = False
        else:
            motion = still(known=True) if unmoved(self._anchor, now) else between(self._anchor, now)
            changed = not motion.known and changed_share(self._anchor, now) > self._MOST
            self.doubtful = changed and is_smooth(edges(grey))
            if self._goes(before, now, motion, time):
                self.travels, self._rest = True, None
                return True, still()
        drifted = not self.travels and motion.amount > self._DRIFT
        # While it travels, most pictures are compared with the last one, of which the motion is known.
        since_rest = motion if self.travels and self._rest is before else None
        if drifted or ((self.travels or self.doubtful) and self._rests(now, time, since_rest)):
            self._stand(now, time)
            return True, still()
        return False, motion

    def _stand(self, now: GreyPicture, time: float) -> None:
        self._anchor, self._anchored, self._rest = now, time, None
        self.travels = self.doubtful = self.shakes = False
        self._lost = 0
        self._places.clear()

    def _goes(self, before: GreyPicture, now: GreyPicture, motion: CameraMotion, time: float) -> bool:
        """Whether a camera that stood begins to travel."""
        if motion.known:
            self._lost, self._rest = 0, None
            self._places.append((time, motion.corners(now.shape)))
        else:
            step = between(before, now)
            self._lost = self._lost + 1 if step.amount > self._FAR / 4 else 0
        while self._places and time - self._places[0][0] > 1.0:
            self._places.popleft()
        far = max((float(np.abs(self._places[-1][1] - p).max()) for _, p in self._places), default=0.0)
        self.shakes = self._SHAKE < far <= self._FAR
        drifts = motion.amount > self._DRIFT and time - self._anchored < self._SECONDS_OF_DRIFT
        return far > self._FAR or drifts or self._lost >= 2

    def _rests(self, now: GreyPicture, time: float, since_rest: CameraMotion | None) -> bool:
        """Whether the picture has stayed where it is for some time."""
        if self._rest is not None:
            motion = since_rest or between(self._rest, now)
            moved = motion.amount > self._REST
            if not (moved if motion.known else changed_share(self._rest, now) > self._MOST):
                return time - self._rested >= self._SECONDS_OF_REST
        self._rest, self._rested = now, time
        return False
