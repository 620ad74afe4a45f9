"""Whether a picture shows a part, and whether it is a picture at all. Knows no model and no camera."""

import threading

import numpy as np
from numpy.typing import NDArray

from tenfold.line.parts import Reason

Pixels = NDArray[np.uint8]

# Levels of 255: a picture that is darker on average shows nothing.
_DARK = 12.0
# Levels by which the colour of a part differs from the empty belt.
_DIFFERENT = 40
_LEAST_SHARE = 0.004


class PictureCheck:
    """Says what is wrong with a camera's pictures. Safe in many threads.

    Two pictures of a camera are never identical, because of sensor noise. If they are, the camera repeats an
    old one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Pixels | None = None

    def fault(self, pixels: Pixels) -> Reason | None:
        """What is wrong with a picture, None: nothing."""
        with self._lock:
            last, self._last = self._last, pixels
        if last is not None and last.shape == pixels.shape and np.array_equal(last, pixels):
            return "frozen-picture"
        return "dark-picture" if pixels.mean() < _DARK else None


def part(pixels: Pixels, box: tuple[float, float, float, float], *, locate: bool) -> Pixels | None:
    """The part in the region `box` of a camera's picture, by shares of its sides; None where there is none.

    Args:
        locate: it is found by the colour of the belt; else all of the region is the part.
    """
    found = place(pixels, box, locate=locate)
    return None if found is None else crop(pixels, found)


def place(
    pixels: Pixels, box: tuple[float, float, float, float], *, locate: bool
) -> tuple[int, int, int, int] | None:
    """Where that part is in the camera's picture: left, top, right, bottom in pixels; see `part`."""
    left, top, right, bottom = _edges(pixels, box)
    if not locate:
        return left, top, right, bottom
    found = part_box(pixels[top:bottom, left:right])
    return None if found is None else (left + found[0], top + found[1], left + found[2], top + found[3])


def shares(found: tuple[int, int, int, int], pixels: Pixels) -> list[float]:
    """A place in a picture as left, top, width and height by shares of its sides, as the trail keeps it."""
    (left, top, right, bottom), (height, width) = found, pixels.shape[:2]
    return [
        round(one, 4) for one in (left / width, top / height, (right - left) / width, (bottom - top) / height)
    ]


def part_box(pixels: Pixels) -> tuple[int, int, int, int] | None:
    """Where the part in the middle of the picture is: left, top, right, bottom; None where there is none.

    The belt is known from its colour at the left and right edge. Columns decide where one part ends and the
    next begins; that in the middle counts.
    """
    edges = np.concatenate([pixels[:, :3].reshape(-1, 3), pixels[:, -3:].reshape(-1, 3)])
    belt = np.median(edges, axis=0).astype(np.int16)
    differs = np.abs(pixels.astype(np.int16) - belt).max(axis=2) > _DIFFERENT
    columns = differs.mean(axis=0) > 0.02
    middle = _run(columns, pixels.shape[1] // 2)
    if middle is None:
        return None
    left, right = middle
    rows = np.flatnonzero(differs[:, left:right].mean(axis=1) > 0.02)
    if len(rows) == 0:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    if (right - left) * (bottom - top) < _LEAST_SHARE * pixels.shape[0] * pixels.shape[1]:
        return None
    return left, top, right, bottom


def crop(pixels: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    """The part without a margin: models see what they were trained on, not the belt around it."""
    left, top, right, bottom = box
    return pixels[top:bottom, left:right]


def region(pixels: Pixels, box: tuple[float, float, float, float]) -> Pixels:
    """A region of a part's picture, by shares of its sides."""
    left, top, right, bottom = _edges(pixels, box)
    return np.ascontiguousarray(pixels[top:bottom, left:right])


def _edges(pixels: Pixels, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    height, width = pixels.shape[:2]
    left, top = int(box[0] * width), int(box[1] * height)
    right, bottom = int(np.ceil((box[0] + box[2]) * width)), int(np.ceil((box[1] + box[3]) * height))
    return left, top, min(width, max(right, left + 1)), min(height, max(bottom, top + 1))


def _run(columns: NDArray[np.bool_], middle: int) -> tuple[int, int] | None:
    """The run of true columns nearest to the middle, gaps of a few columns closed."""
    where = np.flatnonzero(columns)
    if len(where) == 0:
        return None
    breaks = np.flatnonzero(np.diff(where) > 4)
    starts = np.concatenate([[0], breaks + 1])
    ends = np.concatenate([breaks, [len(where) - 1]])
    runs = [(int(where[a]), int(where[b]) + 1) for a, b in zip(starts, ends, strict=True)]
    return min(runs, key=lambda one: max(one[0] - middle, middle - one[1] + 1, 0))
