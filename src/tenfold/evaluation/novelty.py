"""Novelty for "none of these": prototypes of the training pictures, and the threshold. Works on plain arrays.

A picture is novel when its embedding is far from those of the training pictures (Sun et al. 2022,
"Out-of-distribution detection with deep nearest neighbors", arXiv 2204.06507). Instead of all training
pictures the model file carries prototypes of them, so that it stays small.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def prototypes(embeddings: Floats, labels: NDArray[np.int64], per_class: int, seed: int = 1) -> Floats:
    """Prototypes of each class by spherical k-means (Dhillon and Modha 2001).

    Args:
        embeddings: `[N, D]`, unit length.
        labels: `[N]`.
        per_class: how many for each class.

    Returns:
        `[classes * per_class, D]`, unit length.
    """
    random = np.random.default_rng(seed)
    found = [_spherical_kmeans(embeddings[labels == k], per_class, random) for k in np.unique(labels)]
    return np.concatenate(found)


def _spherical_kmeans(points: Floats, count: int, random: np.random.Generator, rounds: int = 15) -> Floats:
    centres = points[random.choice(len(points), count, replace=len(points) < count)]
    before = np.full(len(points), -1)
    for _ in range(rounds):
        nearest = (points @ centres.T).argmax(axis=1)
        if np.array_equal(nearest, before):
            break
        before = nearest
        # Which centre each point belongs to, as a matrix: the sums are then one product.
        belongs = (nearest == np.arange(count)[:, None]).astype(points.dtype)
        sums = belongs @ points
        # A centre that lost all its points stays where it was.
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return centres.astype(np.float32)


def novelty(
    embeddings: Floats, probabilities: Floats, centres: Floats, neighbours: int, mix: float
) -> Floats:
    """As the model file computes it: mean distance to the nearest prototypes, plus a share of doubt."""
    similar = np.sort(embeddings @ centres.T, axis=1)[:, -neighbours:].mean(axis=1)
    return np.asarray((1 - similar) + mix * (1 - probabilities.max(axis=1)), dtype=np.float32)


def threshold(novelty_of_known: Floats, keep: float) -> float:
    """The novelty that a share `keep` of known pictures does not exceed."""
    return float(np.quantile(novelty_of_known, keep, method="higher"))
