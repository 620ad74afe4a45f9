"""Writes src/tenfold/teaching/background.npz: what the features of ordinary pictures have in common.

    python benchmarks/teaching_background.py FEATURES.npy

FEATURES.npy holds features `[N, D]` of the frozen backbone for pictures of many kinds; the shipped statistics
are of 90 pictures of each of 79 classes of CIFAR-100 (none of CIFAR-10's, and 20 held out to judge), enlarged
to 192 pixels in several ways, on backgrounds, blurred and recoloured.
"""

import sys
from pathlib import Path

import numpy as np

import tenfold.teaching

DIRECTIONS = 64


def main(path: Path) -> None:
    features = np.load(path).astype(np.float64)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    variances, vectors = np.linalg.eigh(np.cov(features.T))
    floor = variances.mean()
    largest = slice(None, -DIRECTIONS - 1, -1)
    target = Path(tenfold.teaching.__path__[0]) / "background.npz"
    np.savez_compressed(
        target,
        mean=features.mean(axis=0).astype(np.float16),
        directions=np.ascontiguousarray(vectors[:, largest]).astype(np.float16),
        shrink=(1 - np.sqrt(floor / (variances[largest] + floor))).astype(np.float16),
    )
    print(f"{target}: {target.stat().st_size:,} bytes from {len(features):,} pictures")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
