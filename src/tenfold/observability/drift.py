"""Drift: whether classified pictures still resemble those that the live model was measured on. Knows no HTTP.

Compares the classes of the last 1,000 and 10,000 answers, and the share that is none of them (the novelty
above the model's threshold), with the pictures that the model was evaluated on. How far they differ is the
population stability index. It counts as drift where it is larger than in all but a few of many random
divisions of the two together (a permutation test): so few that an alarm by chance comes once in a month.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenfold.observability.metrics import Measure
from tenfold.predictions import Prediction

log = logging.getLogger(__name__)
WINDOWS = (1_000, 10_000)
KINDS = ("classes", "novelty")
# Seconds between checks. Each check tests two windows and two kinds.
SECONDS_BETWEEN_CHECKS = 3600.0
_CHECKS_IN_A_MONTH = 30 * 24
_CHANCE = 1 / (_CHECKS_IN_A_MONTH * len(WINDOWS) * len(KINDS))
_DIVISIONS = 30_000
# Added to each count, so that a class that is missing on one side has a finite index.
_SMOOTHING = 0.5


@dataclass(frozen=True)
class Reference:
    """What the model answered when it was evaluated.

    Attributes:
        classes: how often it gave each class, in the model's order.
        unknown: how many of the pictures were none of them to it.
    """

    classes: tuple[int, ...]
    unknown: int


@dataclass(frozen=True)
class Drift:
    """How far one window is from the reference; above the limit it is drift.

    Attributes:
        kind: classes or novelty.
        window: how many answers.
        index: the population stability index; None until there were as many answers.
    """

    kind: str
    window: int
    index: float | None
    limit: float

    @property
    def found(self) -> bool:
        return self.index is not None and self.index > self.limit


def stability_index(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """The population stability index of counts, along the last axis."""
    p, q = (counts + _SMOOTHING for counts in (one, other))
    p, q = (counts / counts.sum(axis=-1, keepdims=True) for counts in (p, q))
    return np.asarray(((p - q) * np.log(p / q)).sum(axis=-1))


def limit(reference: Sequence[int], recent: Sequence[int]) -> float:
    """The limit that the index of such counts exceeds by chance in one of `1 / _CHANCE` checks."""
    pooled, size = np.add(reference, recent), int(np.sum(recent))
    generator = np.random.default_rng(0)  # the same counts have the same limit
    drawn = generator.multivariate_hypergeometric(pooled, size, _DIVISIONS).astype(np.float64)
    return float(np.quantile(stability_index(pooled - drawn, drawn), 1 - _CHANCE, method="higher"))


class DriftWatch:
    """The last answers of the live model, and how far they are from its reference. Safe in many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model, self._labels = "", tuple[str, ...]()
        self._reference: Reference | None = None
        self._recent: deque[tuple[int, bool]] = deque(maxlen=max(WINDOWS))
        self._found: tuple[Drift, ...] = ()

    @property
    def found(self) -> tuple[Drift, ...]:
        """What the last look found; empty where the model has no reference."""
        return self._found

    @property
    def answers(self) -> int:
        """How many answers are kept."""
        return len(self._recent)

    def follow(self, model: str, labels: Sequence[str], reference: Reference | None) -> None:
        """Watch another model from now on, and forget the answers of the one before."""
        with self._lock:
            if self._model != model:
                self._model, self._labels, self._reference = model, tuple(labels), reference
                self._recent.clear()
                self._found = ()

    def note(self, model: str, answers: Sequence[Prediction]) -> None:
        """Keep answers, if they are of the model that is watched."""
        with self._lock:
            if model == self._model:
                self._recent.extend((self._labels.index(one.label), one.known) for one in answers)

    def measure(self) -> tuple[Drift, ...]:
        """Compare, and write to the log what has become drift since the last look."""
        with self._lock:
            recent, reference, count = list(self._recent), self._reference, len(self._labels)
        if reference is None:
            return ()
        found = tuple(_compared(reference, recent, count))
        before = {(one.kind, one.window) for one in self._found if one.found}
        for one in found:
            if one.found and (one.kind, one.window) not in before:
                log.warning(
                    "Drift of %s in the last %d pictures: index %.3f, and chance gives %.3f at most",
                    one.kind,
                    one.window,
                    one.index,
                    one.limit,
                )
        self._found = found
        return found

    def measures(self) -> Iterator[Measure]:
        """The last look as metrics."""
        for one in self._found:
            labels = {"kind": one.kind, "window": str(one.window)}
            if one.index is not None:
                words = "Population stability index of the last answers against the model's evaluation."
                yield Measure("tenfold_drift", words, one.index, labels)
                yield Measure(
                    "tenfold_drift_limit", "What it exceeds by chance once a month.", one.limit, labels
                )


def _compared(reference: Reference, recent: list[tuple[int, bool]], count: int) -> Iterator[Drift]:
    total = sum(reference.classes)
    for window in WINDOWS:
        last = recent[-window:]
        classes = np.bincount([label for label, _ in last], minlength=count).tolist()
        unknown = sum(not known for _, known in last)
        pairs = (
            ("classes", reference.classes, classes),
            ("novelty", (total - reference.unknown, reference.unknown), (len(last) - unknown, unknown)),
        )
        for kind, expected, seen in pairs:
            if len(last) < window:
                yield Drift(kind, window, None, 0.0)
                continue
            index = stability_index(np.array(seen, np.float64), np.array(expected, np.float64))
            yield Drift(kind, window, float(index), limit(expected, seen))
