"""Corrupted pictures by name and severity, the same ones for the same seed. Knows no classifier."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import UsageError
from tenfold.evaluation.corruptions import blur, digital, noise, weather
from tenfold.evaluation.corruptions.sampling import Pictures

SEVERITIES = (1, 2, 3, 4, 5)

# Pixels of a batch: they nearly fit into the processor's cache.
_PIXELS = 256 * 32 * 32


@dataclass(frozen=True)
class Corruption:
    """One of the 15: its name as the published file's, its family, and what people call it."""

    name: str
    family: str
    title: str
    make: Callable[[Pictures, int, np.random.Generator], Pictures]


CORRUPTIONS: tuple[Corruption, ...] = (
    Corruption("gaussian_noise", "noise", "Gaussian noise", noise.gaussian_noise),
    Corruption("shot_noise", "noise", "Shot noise", noise.shot_noise),
    Corruption("impulse_noise", "noise", "Impulse noise", noise.impulse_noise),
    Corruption("defocus_blur", "blur", "Defocus", blur.defocus_blur),
    Corruption("glass_blur", "blur", "Frosted glass", blur.glass_blur),
    Corruption("motion_blur", "blur", "Motion", blur.motion_blur),
    Corruption("zoom_blur", "blur", "Zoom", blur.zoom_blur),
    Corruption("snow", "weather", "Snow", weather.snow),
    Corruption("frost", "weather", "Frost", weather.frost),
    Corruption("fog", "weather", "Fog", weather.fog),
    Corruption("brightness", "weather", "Brightness", weather.brightness),
    Corruption("contrast", "digital", "Contrast", digital.contrast),
    Corruption("elastic_transform", "digital", "Elastic", digital.elastic_transform),
    Corruption("pixelate", "digital", "Pixelate", digital.pixelate),
    Corruption("jpeg_compression", "digital", "JPEG", digital.jpeg_compression),
)


def known(name: str) -> Corruption:
    """The corruption of that name.

    Raises:
        UsageError: there is none; names those there are.
    """
    for one in CORRUPTIONS:
        if one.name == name:
            return one
    raise UsageError(
        f"The corruption {name!r}",
        "is not known",
        cure=f"Known are {', '.join(one.name for one in CORRUPTIONS)}.",
    )


def corrupt(pictures: NDArray[np.uint8], name: str, severity: int, seed: int = 0) -> NDArray[np.uint8]:
    """Corrupt pictures, as the package's docstring says.

    Args:
        pictures: uint8 `[N, S, S, 3]`, S of 8 or more.
        name: one of `CORRUPTIONS`.
        severity: 1 to 5.
        seed: fixes all that is random, for each corruption and severity alone.

    Raises:
        UsageError: there is no such corruption or severity.
    """
    one = known(name)
    if severity not in SEVERITIES:
        raise UsageError(
            f"The severity of {name}", "is not known", received=str(severity), cure="Use 1 to 5."
        )
    assert pictures.ndim == 4, pictures.shape
    assert pictures.shape[1] == pictures.shape[2] >= 8, pictures.shape
    size = max(1, _PIXELS // pictures.shape[1] ** 2)
    corrupted = np.empty_like(pictures)

    def work(start: int) -> None:
        rng = np.random.default_rng([seed, CORRUPTIONS.index(one), severity, start // size])
        part = np.asarray(pictures[start : start + size], dtype=np.float32) / np.float32(255)
        made = one.make(part, severity - 1, rng)
        corrupted[start : start + size] = np.rint(np.clip(made, 0, 1) * 255)

    # Most of the work is numpy's and Pillow's, which let other threads run.
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        list(workers.map(work, range(0, len(pictures), size)))
    return corrupted
