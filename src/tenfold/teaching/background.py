"""What the features of ordinary pictures have in common, taken out before features are compared.

Two pictures of anything are alike in most features of a pretrained network, so the distance between them
says little. Centred, and with the directions in which ordinary pictures vary most shrunk, it tells an unknown
object from a known one better: five classes of CIFAR-100 from five other ones with an AUROC of 0.81 in place
of 0.74. The statistics are those of 7,110 pictures, made by `benchmarks/teaching_background.py`.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Background:
    """What unit features have in common.

    mean: `[D]`; directions: `[D, R]`, orthonormal; shrink: `[R]`, the share of each that is taken away.
    """

    mean: Floats
    directions: Floats
    shrink: Floats

    def compared(self, embeddings: Floats) -> Floats:
        """Embeddings `[N, D]` as they are compared: unit length."""
        centred = embeddings - self.mean
        centred = centred - (centred @ self.directions * self.shrink) @ self.directions.T
        return np.asarray(centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-8), np.float32)


@cache
def background(width: int) -> Background:
    """The statistics for features of so many numbers; those of another network stay as they are."""
    with np.load(Path(__file__).with_name("background.npz"), allow_pickle=False) as stored:
        mean, directions, shrink = (
            stored[name].astype(np.float32) for name in ("mean", "directions", "shrink")
        )
    if len(mean) != width:
        return Background(
            np.zeros(width, np.float32), np.zeros((width, 1), np.float32), np.zeros(1, np.float32)
        )
    return Background(mean, directions, shrink)
