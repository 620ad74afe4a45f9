"""Blur of a lens out of focus, of frosted glass, of motion and of a moving zoom.

Pictures are float32 `[N, S, S, 3]`, 0 to 1. Lengths are published for side 32 and grow with the side.
"""

import math

import numpy as np
from numpy.typing import NDArray

from tenfold.evaluation.corruptions.sampling import Pictures, along_both, at, convolve, gaussian, smear, zoom


def defocus_blur(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """A lens out of focus: each point becomes a disc."""
    radius, softness = ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1))[level]
    return convolve(pictures, _disc(radius, softness, pictures.shape[1] / 32))


def _disc(radius: float, softness: float, scale: float) -> NDArray[np.float64]:
    """A disc whose rim is smoothed; at scale 1 by 3 x 3 pixels as published."""
    radius, softness, soft = radius * scale, softness * scale, max(1, round(scale))
    reach = math.ceil(radius) + soft
    steps = np.arange(-reach, reach + 1)
    disc = (steps[:, None] ** 2 + steps[None] ** 2 <= radius**2).astype(np.float64)
    bell = np.exp(-0.5 * (np.arange(-soft, soft + 1) / softness) ** 2)
    bell /= bell.sum()
    for axis in (0, 1):
        disc = np.apply_along_axis(np.convolve, axis, disc, bell, mode="same")
    return np.asarray(disc / disc.sum())


def glass_blur(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """Frosted glass: pixels come from a neighbour up or to the left, between two smoothings."""
    sigma, times = ((0.05, 1), (0.25, 1), (0.4, 1), (0.25, 2), (0.4, 2))[level]
    count, side = pictures.shape[:2]
    scale = side / 32
    reach = max(1, round(scale))
    smoothing = gaussian(side, sigma * scale, cut=4, mirrored=False)
    changed = along_both(pictures, smoothing)
    places = np.arange(side)
    inner = places > reach
    for _ in range(times):
        down, across = rng.integers(-reach, reach, (2, count, side, side))
        within = inner[:, None] & inner[None]
        rows = places[None, :, None] + np.where(within, down, 0)
        columns = places[None, None, :] + np.where(within, across, 0)
        changed = at(changed, rows, columns)
    return along_both(changed, smoothing)


def motion_blur(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """A camera that moved sideways."""
    length, sigma = ((6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5))[level]
    scale = pictures.shape[1] / 32
    return smear(pictures, length * scale, sigma * scale, rng.uniform(-45, 45, len(pictures)))


def zoom_blur(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """A zoom that moved: the mean of the picture and of zooms in steps of 1 %."""
    most = (5, 10, 15, 20, 25)[level]
    # The picture itself counts twice, as published.
    summed = pictures.copy()
    for step in range(most + 1):
        summed += zoom(pictures, 1 + step / 100)
    return summed / np.float32(most + 2)
