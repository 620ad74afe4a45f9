"""The same picture more than once: exactly, or resized, re-encoded, recoloured, shifted or mirrored.

Near copies are sought in two steps. Candidates are pictures whose 8 x 8 grey thumbnails correlate, one of
them mirrored or not. Of these, the ones whose edges lie in the same places count: the correlation of their
gradients at 32 x 32 pixels, the best over shifts of two pixels each way. Edges ignore light, contrast and
colour, which copies often differ in. Strong edges count little more than faint ones; otherwise the horizon
alone would make copies of all ships at sea.

How alike is too alike depends on the data: parts on a belt all look the same. So the least likeness of a copy
lies half-way between that of the usual nearest neighbour and 1, but never below `LEAST`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Progress = Callable[[int, int], None]
Floats = NDArray[np.float32]

SIDE = 32
LEAST = 0.6
_THUMBNAIL = 8
_CANDIDATE = 0.9
# How many candidates of a picture are compared, the likeliest first.
_CANDIDATES = 5
_SHIFT = 2
_BLOCK = 1024
# A picture with less contrast than this (standard deviation of its grey thumbnail, of 255) has no edges to
# compare; `quality_problems` finds it instead.
_FLAT = 4.0
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


@dataclass(frozen=True)
class Pair:
    """Two pictures that are alike: 0 to 1; mirrored where one of them has to be turned over."""

    one: int
    other: int
    likeness: float
    mirrored: bool


def exact_groups(digests: Sequence[bytes]) -> list[list[int]]:
    """Groups of two or more pictures with the same digest, by their numbers."""
    groups: dict[bytes, list[int]] = {}
    for number, digest in enumerate(digests):
        groups.setdefault(digest, []).append(number)
    return [group for group in groups.values() if len(group) > 1]


def near_pairs(
    pictures: NDArray[np.uint8], progress: Progress = lambda done, total: None
) -> tuple[list[Pair], float]:
    """Pairs of near copies among uint8 `[N, 32, 32, 3]`, and the likeness from which on they count.

    Every picture is compared with every other, so the time grows with the square of their number: 60,000 take
    half a minute on two cores, a million some hours.
    """
    if not len(pictures):
        return [], LEAST
    pairs, mirrored = _candidates(pictures, progress)
    if not len(pairs):
        return [], LEAST
    likeness = np.concatenate(
        [
            _likeness(pictures, pairs[at : at + _BLOCK], mirrored[at : at + _BLOCK])
            for at in range(0, len(pairs), _BLOCK)
        ]
    )
    nearest = np.zeros(len(pictures), dtype=np.float32)
    np.maximum.at(nearest, pairs[:, 0], likeness)
    np.maximum.at(nearest, pairs[:, 1], likeness)
    least = max(LEAST, (1 + float(np.median(nearest))) / 2)
    best: dict[tuple[int, int], Pair] = {}
    for (one, other), alike, turned in zip(pairs.tolist(), likeness.tolist(), mirrored.tolist(), strict=True):
        if alike >= least and ((one, other) not in best or best[one, other].likeness < alike):
            best[one, other] = Pair(one, other, alike, turned)
    return sorted(best.values(), key=lambda pair: -pair.likeness), least


def joined(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The groups that pairs of the numbers 0 to `count` form, of two or more, each in order."""
    parent = list(range(count))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for one, other in pairs:
        parent[root(one)] = root(other)
    groups: dict[int, list[int]] = {}
    for number in sorted({number for pair in pairs for number in pair}):
        groups.setdefault(root(number), []).append(number)
    return [group for group in groups.values() if len(group) > 1]


def _candidates(
    pictures: NDArray[np.uint8], progress: Progress
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Pairs `[P, 2]` of numbers, the lower first, and whether one is to be mirrored `[P]`."""
    straight = _thumbnails(pictures)
    turned = straight.reshape(-1, _THUMBNAIL, _THUMBNAIL)[:, :, ::-1].reshape(len(straight), -1)
    found: list[NDArray[np.int64]] = []
    ways: list[NDArray[np.bool_]] = []
    for at in range(0, len(pictures), _BLOCK):
        for mirrored, thumbnails in ((False, straight), (True, turned)):
            alike = thumbnails[at : at + _BLOCK] @ straight[at:].T
            # Each pair once: a picture is compared with those after it.
            alike[:, : len(alike)][np.tril_indices(len(alike))] = 0
            rows, columns = _best(alike)
            found.append(np.stack([rows, columns], axis=1) + at)
            ways.append(np.full(len(rows), mirrored))
        progress(min(at + _BLOCK, len(pictures)), len(pictures))
    return np.concatenate(found), np.concatenate(ways)


def _best(alike: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The indices of each row's few largest values above the limit."""
    rows, columns = np.nonzero(alike > _CANDIDATE)
    order = np.lexsort((-alike[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    return rows[place < _CANDIDATES], columns[place < _CANDIDATES]


def _thumbnails(pictures: NDArray[np.uint8]) -> Floats:
    """Grey thumbnails `[N, 64]`, centred and of unit length; those without contrast are zero."""
    cell = SIDE // _THUMBNAIL
    batches = [pictures[at : at + _BLOCK] @ _LUMA for at in range(0, len(pictures), _BLOCK)]
    shape = (-1, _THUMBNAIL, cell, _THUMBNAIL, cell)
    small = np.concatenate([batch.reshape(shape).mean(axis=(2, 4)) for batch in batches]).reshape(
        len(pictures), -1
    )
    small -= small.mean(axis=1, keepdims=True)
    small[small.std(axis=1) < _FLAT] = 0
    return _unit(small)


def _likeness(pictures: NDArray[np.uint8], pairs: NDArray[np.int64], mirrored: NDArray[np.bool_]) -> Floats:
    """The correlation of gradients `[P]`, the best over small shifts."""
    ones = pictures[pairs[:, 0]].copy()
    ones[mirrored] = ones[mirrored][:, :, ::-1]
    one, other = _gradients(ones), _gradients(pictures[pairs[:, 1]])
    inner = slice(_SHIFT, one.shape[1] - _SHIFT)
    still = _unit(other[:, inner, inner])
    best = np.zeros(len(pairs), dtype=np.float32)
    size = one.shape[1] - 2 * _SHIFT
    for y in range(2 * _SHIFT + 1):
        for x in range(2 * _SHIFT + 1):
            moved = _unit(one[:, y : y + size, x : x + size])
            best = np.maximum(best, (moved * still).sum(axis=1))
    return best


def _gradients(pictures: NDArray[np.uint8]) -> Floats:
    grey = pictures @ _LUMA
    down, right = np.diff(grey, axis=1)[:, :, :-1], np.diff(grey, axis=2)[:, :-1]
    gradients = np.stack([down, right], axis=-1)
    strength = np.linalg.norm(gradients, axis=-1, keepdims=True)
    even: Floats = gradients / (strength + strength.mean(axis=(1, 2), keepdims=True) + 1e-6)
    return even


def _unit(values: Floats) -> Floats:
    flat = values.reshape(len(values), -1)
    unit: Floats = flat / np.maximum(np.linalg.norm(flat, axis=1), 1e-6)[:, None]
    return unit
