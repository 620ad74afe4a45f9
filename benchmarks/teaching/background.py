"""Writes src/tenfold/teaching/background.npz: ordinary pictures as features, and what they have in common.

    python -m benchmarks.teaching.background FEATURES.npy

FEATURES.npy holds features `[N, D]` of the frozen backbone for pictures of many kinds; the shipped statistics
are of 90 pictures of each of 79 classes of CIFAR-100 (none of CIFAR-10's, and 20 held out to judge), enlarged
to 192 pixels in several ways, on backgrounds, blurred and recoloured. The pictures themselves are ten others
of each of these classes, staged as `staging.framed` does it.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import tenfold.teaching
from benchmarks.backbone import staging
from benchmarks.backbone.features import RUN, learned_classes, others, session

DIRECTIONS = 64
FIRST, EACH = 90, 10


def main(path: Path) -> None:
    features = np.load(path).astype(np.float64)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    variances, vectors = np.linalg.eigh(np.cov(features.T))
    floor = variances.mean()
    largest = slice(None, -DIRECTIONS - 1, -1)
    shown, scale, kinds = pictures()
    target = Path(tenfold.teaching.__path__[0]) / "background.npz"
    np.savez_compressed(
        target,
        mean=features.mean(axis=0).astype(np.float16),
        directions=np.ascontiguousarray(vectors[:, largest]).astype(np.float16),
        shrink=(1 - np.sqrt(floor / (variances[largest] + floor))).astype(np.float16),
        pictures=shown,
        scale=scale,
        kinds=kinds,
    )
    print(f"{target}: {target.stat().st_size:,} bytes from {len(features):,} pictures")


def pictures() -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]:
    """Unit features in steps of each picture's own, these steps, and the kind of thing each shows."""
    learned = learned_classes()
    pixels, kinds = others(learned, FIRST + EACH)
    chosen = np.concatenate([np.flatnonzero(kinds == k)[FIRST:] for k in range(len(learned))])
    random = np.random.default_rng(3)
    shown = np.stack([staging.framed(one, random) for one in pixels[chosen]])
    backbone = session()
    found = np.concatenate(
        [
            backbone.run(["backbone_feature"], {"image": shown[at : at + RUN]})[0]
            for at in range(0, len(shown), RUN)
        ]
    )
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    scale = unit.max(axis=1) / 255
    kept = np.round(unit / scale[:, None]).astype(np.uint8)
    return kept, scale.astype(np.float32), kinds[chosen].astype(np.uint8)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
