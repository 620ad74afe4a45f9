"""How a camera itself moved between two pictures. Knows nothing of what moves before it.

A still camera that is shaken is told from one that pans or is carried: shakes are small and come back.
"""

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_POINTS = 160
_MIN_POINTS = 12
_CELLS = 4
# Points that agree must lie in so many of the 16 cells of the picture: one large object is no camera.
_MIN_CELLS = 5
_AGREEMENT = 0.4


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


def still() -> CameraMotion:
    """A camera that did not move, or of which nothing is known."""
    return CameraMotion(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), False, 0.0, 0.0)


def between(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> CameraMotion:
    """The camera's motion between two grey pictures of one size.

    Points are followed by optical flow (Lucas and Kanade 1981); the motion is the similarity that most of
    them agree on (RANSAC, Fischler and Bolles 1981).
    """
    height, width = before.shape
    points = cv2.goodFeaturesToTrack(before, _POINTS, 0.01, max(4, width // 32))
    if points is None or len(points) < _MIN_POINTS:
        return still()
    guess = np.array(points, np.float32)
    moved, found, _ = cv2.calcOpticalFlowPyrLK(before, now, points, guess, winSize=(15, 15), maxLevel=3)
    kept = np.asarray(found).ravel() == 1
    places, ends = (np.asarray(p, np.float32).reshape(-1, 2)[kept] for p in (points, moved))
    return fit(places, ends, width, height)


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


class Stance:
    """Whether the camera stands or travels. Pictures are grey, of one size, about 320 pixels wide.

    A shake comes back and a slow drift is followed: both stand, and are undone by the motion since the
    anchor, the picture that others are laid on.

    Attributes:
        travels: it pans, zooms or is carried.
    """

    # Farther within a second is no shake.
    _FAR = 7.0
    _REST = 0.6
    _SECONDS_AT_REST = 1.5
    _DRIFT = 20.0

    def __init__(self) -> None:
        self.travels = False
        self._anchor: NDArray[np.uint8] | None = None
        self._before: NDArray[np.uint8] | None = None
        self._places = deque[tuple[float, NDArray[np.float64]]]()
        self._rested_since = 0.0
        self._lost = 0

    def look(self, grey: NDArray[np.uint8], time: float) -> tuple[bool, CameraMotion]:
        """Take a picture in.

        Returns:
            Whether nothing older can be laid on this picture, as the camera began or ended to travel or has
            drifted far; and its motion since the anchor, or where it travels since the picture before.
        """
        before, self._before = self._before, grey
        if self._anchor is None or before is None:
            self._stand(grey)
            return False, still()
        if self.travels:
            return self._travelling(before, grey, time)
        motion = between(self._anchor, grey)
        if motion.known:
            self._lost = 0
            self._places.append((time, motion.corners(grey.shape)))
        else:
            step = between(before, grey)
            self._lost = self._lost + 1 if step.amount > self._FAR / 4 else 0
        while self._places and time - self._places[0][0] > 1.0:
            self._places.popleft()
        far = max((float(np.abs(self._places[-1][1] - p).max()) for _, p in self._places), default=0.0)
        if far > self._FAR or self._lost >= 2:
            self.travels, self._rested_since = True, time
            return True, still()
        if motion.amount > self._DRIFT:
            self._stand(grey)
            return True, still()
        return False, motion

    def _stand(self, grey: NDArray[np.uint8]) -> None:
        self._anchor, self.travels, self._lost = grey, False, 0
        self._places.clear()

    def _travelling(
        self, before: NDArray[np.uint8], grey: NDArray[np.uint8], time: float
    ) -> tuple[bool, CameraMotion]:
        motion = between(before, grey)
        if motion.amount > self._REST or not motion.known:
            self._rested_since = time
        if time - self._rested_since < self._SECONDS_AT_REST:
            return False, motion
        self._stand(grey)
        return True, still()
