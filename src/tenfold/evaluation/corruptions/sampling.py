"""Pixels drawn from elsewhere in a picture: at places, by matrices along its axes, by smoothing.

Pictures are float32 `[N, S, S, C]` of any range. Nothing here is random.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.float32]


def at(pictures: Pictures, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Pictures:
    """The pixels at whole places, `[N, S, S]` each, or what spreads to that; outside is the edge's pixel."""
    count, height, width, channels = pictures.shape
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    first = np.arange(count)[:, None, None] * (height * width)
    places = first + rows * width + columns
    return np.asarray(np.take(pictures.reshape(-1, channels), places, axis=0))


def between(pictures: Pictures, rows: NDArray[np.float32], columns: NDArray[np.float32]) -> Pictures:
    """The pixels at places `[N, S, S]`, bilinearly; outside is mirrored, without repeating the edge."""
    side = pictures.shape[1]
    rows, columns = _mirrored(rows, side), _mirrored(columns, side)
    top, left = np.floor(rows).astype(np.int64), np.floor(columns).astype(np.int64)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    upper = at(pictures, top, left) * (1 - right) + at(pictures, top, left + 1) * right
    lower = at(pictures, top + 1, left) * (1 - right) + at(pictures, top + 1, left + 1) * right
    return np.asarray(upper * (1 - down) + lower * down)


def _mirrored(places: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    period = 2 * (side - 1)
    places = np.mod(places, period)
    return np.minimum(places, period - places).astype(np.float32)


def along_both(pictures: Pictures, matrix: NDArray[np.float32]) -> Pictures:
    """A matrix `[S, S]` applied to columns and rows alike: what is drawn from where is separable."""
    count, side, _, channels = pictures.shape
    # Two large products: a small one for each picture would cost more in calls than in sums.
    turned = np.ascontiguousarray(pictures.transpose(0, 3, 2, 1)).reshape(-1, side) @ matrix.T
    turned = np.ascontiguousarray(turned.reshape(count, channels, side, side).transpose(0, 1, 3, 2))
    planes = (turned.reshape(-1, side) @ matrix.T).reshape(count, channels, side, side)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def zoom(pictures: Pictures, factor: float) -> Pictures:
    """A zoom into the middle: a region is drawn larger corner to corner, bilinearly.

    As published: the region and the drawn size are whole pixels, so that a small zoom may be none.
    """
    side = pictures.shape[1]
    cut = math.ceil(side / factor)
    first = (side - cut) // 2
    drawn = round(cut * factor)
    trim = (drawn - side) // 2
    places = first + (np.arange(side) + trim) * ((cut - 1) / max(1, drawn - 1))
    low = np.clip(np.floor(places).astype(int), 0, side - 1)
    high = np.minimum(low + 1, side - 1)
    share = (places - low).astype(np.float32)
    down, across = share[:, None, None], share[:, None]
    rows = pictures[:, low] * (1 - down) + pictures[:, high] * down
    return np.asarray(np.take(rows, low, axis=2) * (1 - across) + np.take(rows, high, axis=2) * across)


def gaussian(side: int, sigma: float, *, cut: float, mirrored: bool) -> NDArray[np.float32]:
    """The matrix of Gaussian smoothing.

    Args:
        sigma: in pixels; 0 smooths nothing.
        cut: after how many sigmas the bell ends.
        mirrored: outside is the picture mirrored, edge repeated; otherwise it is the edge's pixel.
    """
    reach = int(cut * sigma + 0.5)
    steps = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 * (steps / sigma) ** 2) if reach else np.ones(1)
    matrix = np.zeros((side, side))
    for step, weight in zip(steps, bell / bell.sum(), strict=True):
        places = np.arange(side) + step
        if mirrored:
            places = np.mod(places, 2 * side)
            places = np.minimum(places, 2 * side - 1 - places)
        np.add.at(matrix, (np.arange(side), np.clip(places, 0, side - 1)), weight)
    return matrix.astype(np.float32)


def convolve(pictures: Pictures, kernel: NDArray[np.float64]) -> Pictures:
    """Convolution with a kernel of odd side; outside is mirrored, without repeating the edge."""
    side, reach = pictures.shape[1], len(kernel) // 2
    padded = np.pad(pictures, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="reflect")
    around = np.zeros(padded.shape[1:3])
    around[: len(kernel), : len(kernel)] = kernel
    response = np.fft.rfft2(around).astype(np.complex64)[None, :, :, None]
    blurred = np.fft.irfft2(np.fft.rfft2(padded, axes=(1, 2)) * response, padded.shape[1:3], axes=(1, 2))
    # A circular convolution is right where the kernel does not wrap around.
    first = 2 * reach
    return blurred[:, first : first + side, first : first + side].astype(np.float32)


def smear(
    pictures: Pictures, length: float, sigma: float, angles: Sequence[float] | NDArray[np.float64]
) -> Pictures:
    """Motion to one side, by ImageMagick's rule: half a bell of weights along a line, in whole pixels.

    Args:
        length: the radius; the line has twice as many pixels, and one.
        sigma: of the bell, in pixels.
        angles: of each picture, in degrees.
    """
    count, side = len(pictures), pictures.shape[1]
    # Beyond four sigmas nothing is seen, though it counts in the sum.
    weights = np.exp(-0.5 * (np.arange(2 * math.ceil(length) + 1) / sigma) ** 2)
    weights = (weights / weights.sum())[: math.ceil(4 * sigma) + 1]
    turns = np.deg2rad(np.asarray(angles, dtype=np.float64)).reshape(count, 1, 1)
    rows, columns = np.arange(side)[None, :, None], np.arange(side)[None, None, :]
    smeared = np.zeros_like(pictures)
    for step, weight in enumerate(weights):
        down = np.ceil(step * np.sin(turns) - 0.5).astype(np.int64)
        across = np.ceil(step * np.cos(turns) - 0.5).astype(np.int64)
        smeared += np.float32(weight) * at(pictures, rows + down, columns + across)
    return smeared
