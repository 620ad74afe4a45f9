"""Noise of a dark room and of a faulty sensor.

Pictures are float32 `[N, S, S, 3]`, 0 to 1; results may leave that range.
"""

import numpy as np

from tenfold.evaluation.corruptions.sampling import Pictures


def gaussian_noise(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """The same noise on all levels."""
    sigma = (0.04, 0.06, 0.08, 0.09, 0.10)[level]
    return pictures + np.float32(sigma) * rng.standard_normal(pictures.shape, dtype=np.float32)


def shot_noise(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """Light counted in few photons."""
    photons = (500, 250, 100, 75, 50)[level]
    return (rng.poisson(pictures * photons) / photons).astype(np.float32)


def impulse_noise(pictures: Pictures, level: int, rng: np.random.Generator) -> Pictures:
    """Colour values that are stuck at none or all: salt and pepper."""
    share = (0.01, 0.02, 0.03, 0.05, 0.07)[level]
    drawn = rng.random(pictures.shape, dtype=np.float32)
    return np.where(drawn < share, (drawn < share / 2).astype(np.float32), pictures)
