"""Pictures unlike all others, by their embeddings. Knows nothing of labels."""

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 10
# Compared with a sample of this many, so that the time grows with the number of pictures and not its square.
SAMPLE = 20_000
# Robust standard deviations above the median that make an outlier: of the logarithms of the distances, which
# themselves are skewed and would call one picture in thirty an outlier.
FAR = 3.0
_BLOCK = 2048
_MAD = 1.4826
# Embeddings are 32-bit: smaller distances than this are noise.
_LEAST = 1e-4


def outliers(embeddings: NDArray[np.float32]) -> list[tuple[int, float]]:
    """Pictures far from their nearest neighbours, the farthest first.

    Args:
        embeddings: `[N, D]`, unit length.

    Returns:
        the picture, and how many robust standard deviations the logarithm of its mean cosine distance to its
        nearest neighbours lies above the median of all.
    """
    count = len(embeddings)
    neighbours = min(NEIGHBOURS, count - 2)
    if neighbours < 1:
        return []
    sample = np.sort(np.random.default_rng(0).permutation(count)[:SAMPLE])
    reference = embeddings[sample]
    distance = np.empty(count)
    for at in range(0, count, _BLOCK):
        alike = embeddings[at : at + _BLOCK] @ reference.T
        # A picture is no neighbour of its own.
        numbers = np.arange(at, at + len(alike))
        place = np.minimum(np.searchsorted(sample, numbers), len(sample) - 1)
        own = np.flatnonzero(sample[place] == numbers)
        alike[own, place[own]] = -1
        nearest = np.partition(alike, -neighbours, axis=1)[:, -neighbours:]
        distance[at : at + _BLOCK] = np.log(np.maximum(1 - nearest.mean(axis=1), _LEAST))
    middle = float(np.median(distance))
    spread = _MAD * float(np.median(np.abs(distance - middle)))
    score = (distance - middle) / max(spread, 1e-9)
    far = np.flatnonzero(score > FAR)
    return [(int(i), float(score[i])) for i in far[np.argsort(-score[far])]]
