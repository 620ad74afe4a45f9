"""Figures of merit over plain arrays. Knows nothing of models, pictures or reports.

Throughout, `labels` is int `[N]` with values 0 to K-1 and `probabilities` is float `[N, K]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Floats = NDArray[np.floating]


# Deviations to either side of a mean that hold 95 % of a normal distribution.
Z95 = 1.959964
# An interval so wide says hardly anything.
_WIDE = 0.2


@dataclass(frozen=True)
class Share:
    """A measured share with its 95 % interval, all 0 to 1, of `n` cases."""

    value: float
    low: float
    high: float
    n: int

    @property
    def warning(self) -> str:
        """Why the figure says little, as a sentence; empty where its interval is narrow enough."""
        if self.high - self.low <= _WIDE:
            return ""
        return (
            f"{self.n:,} is too small a number for this to mean much: the true figure may be anywhere from "
            f"{self.low:.0%} to {self.high:.0%}."
        )

    def __str__(self) -> str:
        return f"{self.value:.2%} (95 % interval {self.low:.2%} to {self.high:.2%}, n = {self.n:,})"


def share(hits: int, n: int) -> Share:
    """A share and its 95 % interval by Wilson (1927), which stays true near 0 and 1."""
    if n <= 0:
        raise ValueError(f"A share needs at least one case, got {n}.")
    z, p = Z95, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return Share(p, max(0.0, middle - reach), min(1.0, middle + reach), n)


def accuracy(labels: Labels, predicted: Labels) -> Share:
    """The share of pictures whose class is right."""
    return share(int((labels == predicted).sum()), len(labels))


def top_k_accuracy(labels: Labels, probabilities: Floats, k: int) -> Share:
    """The share of pictures whose class is among the k most probable; classes tied with the k-th count."""
    kth = np.partition(probabilities, -k, axis=1)[:, -k]
    return share(int((probabilities[np.arange(len(labels)), labels] >= kth).sum()), len(labels))


def confusion(labels: Labels, predicted: Labels, classes: int) -> NDArray[np.int64]:
    """`[K, K]`: how many pictures of the row's class were called the column's."""
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


@dataclass(frozen=True)
class ClassScores:
    """One class: its precision, recall and F1, 0 to 1 (0 where undefined), and its number of pictures."""

    precision: float
    recall: float
    f1: float
    support: int


def class_scores(matrix: NDArray[np.int64]) -> list[ClassScores]:
    """Scores of each class from a confusion matrix `[K, K]`."""
    scores = []
    for k in range(len(matrix)):
        hits, called, support = int(matrix[k, k]), int(matrix[:, k].sum()), int(matrix[k].sum())
        precision = hits / called if called else 0.0
        recall = hits / support if support else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        scores.append(ClassScores(precision, recall, f1, support))
    return scores


def macro_average(scores: Sequence[ClassScores]) -> ClassScores:
    """The plain mean over the classes that have pictures; its support is all pictures."""
    return _average([s for s in scores if s.support], None)


def weighted_average(scores: Sequence[ClassScores]) -> ClassScores:
    """The mean over the classes, each weighted by its number of pictures."""
    return _average(scores, [s.support for s in scores])


def _average(scores: Sequence[ClassScores], weights: Sequence[int] | None) -> ClassScores:
    means = np.average([(s.precision, s.recall, s.f1) for s in scores], axis=0, weights=weights)
    precision, recall, f1 = (float(mean) for mean in means)
    return ClassScores(precision, recall, f1, sum(s.support for s in scores))


def cross_entropy(labels: Labels, probabilities: Floats) -> float:
    """The mean negative log-probability of the true class, in nats."""
    true = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(true, 1e-12)).mean())


@dataclass(frozen=True)
class ConfidenceBin:
    """The pictures whose confidence, the highest probability, lies from `low` to `high`.

    confidence and accuracy: their means in the bin, 0 to 1; n: how many pictures it has, at least one.
    """

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int


def reliability(labels: Labels, probabilities: Floats, bins: int = 15) -> list[ConfidenceBin]:
    """The points of a reliability diagram over bins of equal width, empty ones left out (Guo et al. 2017)."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    found = []
    for b in np.unique(bin_of):
        inside = bin_of == b
        means = float(confidence[inside].mean()), float(right[inside].mean())
        found.append(ConfidenceBin(float(b / bins), float((b + 1) / bins), *means, int(inside.sum())))
    return found


def calibration_error(labels: Labels, probabilities: Floats, bins: int = 15) -> float:
    """Expected calibration error, 0 to 1, over bins of equal width (Guo et al. 2017, arXiv 1706.04599)."""
    points = reliability(labels, probabilities, bins)
    return sum(abs(p.accuracy - p.confidence) * p.n for p in points) / len(labels)


def roc(ordinary: Floats, strange: Floats, points: int = 200) -> tuple[NDArray[np.float64], ...]:
    """The receiver operating characteristic of a score that is higher for strange cases.

    Args:
        points: about how many; a curve of every case would make a page heavy and look the same.

    Returns:
        the share of ordinary cases above each threshold and that of strange ones, both rising 0 to 1.
    """
    cuts = np.unique(np.quantile(np.concatenate([ordinary, strange]), np.linspace(0, 1, points)))[::-1]
    above = [
        1 - np.searchsorted(np.sort(cases), cuts, side="right") / len(cases) for cases in (ordinary, strange)
    ]
    false_alarms, caught = (np.concatenate([share, [1.0]]) for share in above)
    return false_alarms, caught


def auroc(ordinary: Floats, strange: Floats) -> float:
    """The chance that a strange case scores above an ordinary one, ties counted half, 0 to 1.

    Raises:
        ValueError: one of the two is empty.
    """
    if not len(ordinary) or not len(strange):
        raise ValueError("AUROC needs cases of both kinds.")
    below = np.searchsorted(np.sort(ordinary), strange, side="left")
    up_to = np.searchsorted(np.sort(ordinary), strange, side="right")
    return float((below + up_to).mean() / 2 / len(ordinary))
