"""Balances unequal classes: weights for the loss, or an order that shows each equally often. Plain arrays."""

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
# With "auto", classes are shown equally often if the largest is at least this multiple of the smallest.
UNEQUAL = 5


def chosen(balance: str, labels: Labels, classes: int) -> str:
    """What a recipe's `balance` means for these labels: none, weights or sampling."""
    if balance != "auto":
        return balance
    return "sampling" if are_unequal_counts(np.bincount(labels, minlength=classes)) else "none"


def are_unequal_counts(counts: NDArray[np.int64]) -> bool:
    """Whether one class has `UNEQUAL` times the pictures of another that has any; counts `[K]`."""
    there = counts[counts > 0]
    return bool(len(there) and there.max() >= UNEQUAL * there.min())


def class_weights(labels: Labels, classes: int) -> NDArray[np.float64]:
    """Weights `[K]`, inverse to how often a class is seen; their mean over the pictures is 1.

    A class without pictures has the weight 0.
    """
    counts = np.bincount(labels, minlength=classes)
    present = counts > 0
    weights = np.zeros(classes)
    weights[present] = len(labels) / (present.sum() * counts[present])
    return weights


def balanced_order(labels: Labels, classes: int, seed: int) -> Labels:
    """Indices `[N]` in which every class that has pictures comes as often, to within one.

    A class with fewer pictures than its share repeats them, each as often as the others to within one; a
    class with more shows another part of them for each seed.
    """
    random = np.random.default_rng(seed)
    members = [found for k in range(classes) if len(found := np.flatnonzero(labels == k))]
    shares = np.full(len(members), len(labels) // len(members))
    shares[random.permutation(len(members))[: len(labels) % len(members)]] += 1
    chosen = []
    for found, share in zip(members, shares, strict=True):
        rounds = [random.permutation(found) for _ in range(-(-share // len(found)))]
        chosen.append(np.concatenate(rounds)[:share])
    return random.permutation(np.concatenate(chosen)).astype(np.int64)
