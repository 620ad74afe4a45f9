"""From features and labels to a calibrated head with "none of these", and how well it does.

Works on features; knows neither pictures nor model files. Every figure is cross-validated: each picture is
classified by a head that was not trained on it. The penalty is chosen by the same folds, among three, so the
figures are a little too good.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.errors import DatasetError, counted
from tenfold.evaluation.calibration import fit_temperature, softmax
from tenfold.metrics import Share
from tenfold.teaching.folds import folds
from tenfold.teaching.rejection import THRESHOLD, HeldOut, Rejection, learned
from tenfold.teaching.softmax import Head, fit

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

# Strengths of the penalty that are tried.
PENALTIES = (1e-2, 1e-3, 1e-4)
# With many pictures three folds suffice, in half the time.
FOLDS, FOLDS_OF_MANY, MANY = 5, 3, 1_000
LEAST = 2
MOST = 5_000
# Of held-out pictures; the head that was trained on all pictures keeps about 0.015 more
# (docs/how-to/teach.md).
KEEP = 0.93
_MOST_MISTAKES = 50


@dataclass(frozen=True)
class Mistake:
    """A picture that was classified wrongly: its number, its class and the answer."""

    picture: int
    label: str
    answer: str
    confidence: float


@dataclass(frozen=True, eq=False)
class Assessment:
    """How well the classes are told apart, cross-validated.

    accuracy: None where there is one class; kept: the share of pictures that is not called none of these;
    confusion: int `[K, K]`, rows are the true classes; mistakes: the surest first.
    """

    accuracy: Share | None
    kept: Share
    confusion: NDArray[np.int64]
    calibration_error: float
    cross_entropy: float
    mistakes: tuple[Mistake, ...]

    def summary(self) -> dict[str, float | int]:
        """The figures that a model file carries."""
        found: dict[str, float | int] = {
            "pictures": int(self.confusion.sum()),
            "kept": round(self.kept.value, 4),
        }
        if self.accuracy is not None:
            found |= {
                "accuracy": round(self.accuracy.value, 4),
                "accuracy_low": round(self.accuracy.low, 4),
                "accuracy_high": round(self.accuracy.high, 4),
                "calibration_error": round(self.calibration_error, 4),
                "cross_entropy": round(self.cross_entropy, 4),
            }
        return found


@dataclass(frozen=True, eq=False)
class Taught:
    """What was learned. rejection: how novelty is computed; the rest as in a model file."""

    classes: tuple[str, ...]
    head: Head
    penalty: float
    temperature: float
    rejection: Rejection
    threshold: float
    known_rate: float
    counts: tuple[int, ...]
    assessment: Assessment


def teach(
    embeddings: Floats,
    labels: Labels,
    classes: Sequence[str],
    groups: NDArray[np.int64] | None = None,
    *,
    keep: float = KEEP,
) -> Taught:
    """Learn to tell classes apart from a few pictures of each; of one class, what is unlike it.

    Args:
        embeddings: float32 `[N, D]` of unit length.
        labels: int64 `[N]`, indices into `classes`.
        groups: the recording that each picture is of, as of `folds`.
        keep: the share of known pictures that "none of these" may not touch, 0 to 1.

    Raises:
        DatasetError: too few pictures of a class, or too many in all.
    """
    counts = np.bincount(labels, minlength=len(classes))
    _check(classes, counts)
    count = int(min(FOLDS if len(labels) <= MANY else FOLDS_OF_MANY, counts.min()))
    parts = folds(labels, count, groups)
    basis = _basis(embeddings)
    reduced = embeddings if basis is None else embeddings @ basis
    penalty, logits = _chosen(reduced, labels, len(classes), parts)
    temperature = fit_temperature(labels, logits) if len(classes) > 1 else 1.0
    rejection, held_out = learned(embeddings, labels, len(classes), parts, keep)
    return Taught(
        tuple(classes),
        _whole_head(reduced, labels, len(classes), penalty, basis),
        penalty,
        temperature,
        rejection,
        THRESHOLD,
        keep,
        tuple(int(one) for one in counts),
        _assessed(classes, labels, softmax(logits, temperature).astype(np.float32), held_out, rejection.cut),
    )


def _check(classes: Sequence[str], counts: NDArray[np.int64]) -> None:
    fewest = int(counts.argmin())
    if counts[fewest] < LEAST:
        raise DatasetError(
            f"The class {classes[fewest]}",
            f"has {counted(int(counts[fewest]), 'picture')}",
            cure=f"Give it {LEAST} at least; with 10 or more the answers become reliable.",
            reason="class-too-few",
            params={"name": classes[fewest], "least": LEAST},
        )
    if counts.sum() > MOST:
        raise DatasetError(
            "The pictures",
            f"are too many to teach from: {counts.sum():,}",
            received=f"at most {MOST:,}",
            cure="Train a network on them with `tenfold train`, or take fewer.",
            reason="draft-full",
            params={"most": MOST},
        )


def _chosen(
    embeddings: Floats, labels: Labels, classes: int, parts: NDArray[np.int64]
) -> tuple[float, NDArray[np.float64]]:
    """The penalty, and with it the logits of every picture by the head that was fitted on the other folds.

    Of many pictures some choose the penalty.
    """
    if classes == 1:
        return PENALTIES[0], np.zeros((len(labels), 1))
    some = _some(labels, parts)
    tried = {
        penalty: _held_out_logits(embeddings[some], labels[some], classes, penalty, parts[some])
        for penalty in PENALTIES
    }
    penalty = min(tried, key=lambda one: metrics.cross_entropy(labels[some], softmax(tried[one])))
    if len(some) == len(labels):
        return penalty, tried[penalty]
    return penalty, _held_out_logits(embeddings, labels, classes, penalty, parts)


def _some(labels: Labels, parts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of more than `MANY` pictures as many evenly of each class and fold, two at least."""
    if len(labels) <= MANY:
        return np.arange(len(labels))
    both = labels * (parts.max() + 1) + parts
    each = max(2, MANY // len(np.unique(both)))
    return np.sort(np.concatenate([np.flatnonzero(both == one)[:each] for one in np.unique(both)]))


def _held_out_logits(
    embeddings: Floats, labels: Labels, classes: int, penalty: float, parts: NDArray[np.int64]
) -> NDArray[np.float64]:
    found, head = np.zeros((len(labels), classes)), None
    for fold in np.unique(parts):
        inside = parts == fold
        # Each fit starts from the last one's result: the minimum does not depend on it.
        head = fit(embeddings[~inside], labels[~inside], classes, penalty, start=head)
        found[inside] = head.logits(embeddings[inside])
    return found


def _basis(embeddings: Floats) -> Floats | None:
    """Fewer pictures than features span as many directions as there are pictures, and a penalised head lies
    in their span: the same head from smaller matrices. None where there is nothing to save."""
    count, width = embeddings.shape
    return np.linalg.qr(embeddings.T)[0] if count < width else None


def _whole_head(
    embeddings: Floats, labels: Labels, classes: int, penalty: float, basis: Floats | None
) -> Head:
    if classes > 1:
        head = fit(embeddings, labels, classes, penalty)
    else:
        # One class has nothing to be told from; its evidence is where a picture is like the class's mean.
        mean = embeddings.mean(axis=0, dtype=np.float64)[:, None]
        head = Head(mean / max(float(np.linalg.norm(mean)), 1e-9), np.zeros(1))
    return head if basis is None else Head(basis @ head.weight, head.bias)


def _assessed(
    classes: Sequence[str], labels: Labels, probabilities: Floats, held_out: HeldOut, cut: float
) -> Assessment:
    answers = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != labels)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")][:_MOST_MISTAKES]
    several = len(classes) > 1
    error = metrics.calibration_error(labels, probabilities)
    entropy = metrics.cross_entropy(labels, probabilities)
    return Assessment(
        metrics.accuracy(labels, answers) if several else None,
        metrics.share(int((held_out.known <= cut).sum()), len(labels)),
        metrics.confusion(labels, answers, len(classes)),
        error,
        entropy,
        tuple(
            Mistake(int(i), classes[labels[i]], classes[answers[i]], round(float(confidence[i]), 4))
            for i in wrong
        ),
    )
