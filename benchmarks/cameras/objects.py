"""Objects and backgrounds of generated scenes that are real: photographs cut out, places that cameras saw.

Nothing is chosen by what a model says: a cut-out is taken by its size and shape alone.
"""

from functools import cache
from itertools import islice

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.record import SAMPLES, photos

# In which objects are cut out.
_SIDE = 200
# Of a photograph, and of its own box: less is a piece of an object, more is no cut.
_LEAST, _MOST, _FILLED = 0.1, 0.75, 0.3
# Cameras that stand; the median of their pictures shows what does not move.
_STREETS = ("arjun-234__vtest.avi", "zhaolebor__traffic2.mp4", "Vitgracer__cat.mp4")
_PICTURES, _APART = 25, 8

Object = tuple[str, NDArray[np.uint8], NDArray[np.float32]]


@cache
def cut_out() -> list[Object]:
    """The sample photographs of the ten classes: class, pixels and mask of what is in their middle.

    By GrabCut (Rother 2004), which is told that the border is not it.
    """
    found = []
    for path, label in photos():
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail((_SIDE, _SIDE))
        pixels = np.asarray(picture)
        mask = _middle(pixels)
        rows, columns = np.nonzero(mask)
        if not rows.size:
            continue
        top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
        whole = bottom - top > 0.9 * mask.shape[0] and right - left > 0.9 * mask.shape[1]
        filled = rows.size / ((bottom - top) * (right - left))
        if _LEAST < rows.size / mask.size < _MOST and filled > _FILLED and not whole:
            part = slice(top, bottom), slice(left, right)
            found.append((label, pixels[part], mask[part].astype(np.float32)))
    return found


def _middle(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the largest thing is that does not reach the border."""
    height, width = pixels.shape[:2]
    mask, x, y = np.zeros((height, width), np.uint8), max(width // 25, 2), max(height // 25, 2)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    box = (x, y, width - 2 * x, height - 2 * y)
    cv2.grabCut(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), mask, box, *models, 5, cv2.GC_INIT_WITH_RECT)
    found = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    opened = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return np.zeros((height, width), np.bool_)
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), np.bool_)


def objects(count: int, seed: int) -> list[Object]:
    """So many cut-outs, their longer sides 60 to 140 pixels."""
    random, known = np.random.default_rng(seed), cut_out()
    found = []
    for number in random.permutation(len(known))[:count]:
        label, pixels, mask = known[number]
        scale = random.uniform(60, 140) / max(mask.shape)
        size = max(round(mask.shape[1] * scale), 1), max(round(mask.shape[0] * scale), 1)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        found.append(
            (
                label,
                np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8),
                np.asarray(cv2.resize(mask, size, interpolation=way), np.float32),
            )
        )
    return found


@cache
def street(number: int, width: int = 720, height: int = 420) -> NDArray[np.uint8]:
    """What a camera saw that stood, without what moved before it."""
    with av.open(str(SAMPLES / "clips" / _STREETS[number % len(_STREETS)])) as file:
        frames = (frame for at, frame in enumerate(file.decode(video=0)) if at % _APART == 0)
        taken = islice(frames, _PICTURES)
        pictures = [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in taken]
    median = np.median(np.stack(pictures), axis=0).astype(np.uint8)
    return np.asarray(cv2.resize(median, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
