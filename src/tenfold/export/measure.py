"""The original and its export run side by side on picture files. Writes nothing, and evaluates nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold.export.formats.format import ElsewhereClassifier, PictureClassifier
from tenfold.predictions import Prediction

Progress = Callable[[int, int], None]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """What both said of N pictures; of two columns the first is the original's.

    Attributes:
        first: int `[N, 2]`, the most probable class.
        confidence: `[N, 2]`, its probability.
        difference: `[N]`, the largest difference of a class's probability.
        novelty: `[N, 2]`; NaN where the export has none.
        overlap: `[N]`, of the evidence for the original's first class: the sum of the lesser over the sum
            of the greater values; NaN where one of them has no evidence.
        cosine: `[N]`, of the embeddings; NaN where the export has none.
        milliseconds: `[N, 2]`, for one picture, from its file to its answer.
    """

    first: NDArray[np.int64]
    confidence: Floats
    difference: Floats
    novelty: Floats
    overlap: Floats
    cosine: Floats
    milliseconds: Floats


def measure(
    original: PictureClassifier,
    export: PictureClassifier,
    files: Sequence[Path],
    progress: Progress = lambda done, total: None,
) -> Measured:
    """Classify each file with both. Raises PictureError."""
    rows = []
    labels = original.info.labels
    for done, file in enumerate(files, 1):
        (a, a_time), (b, b_time) = _timed(original, file), _timed(export, file)
        differences = [abs(a.probabilities[label] - b.probabilities[label]) for label in labels]
        rows.append(
            (
                [labels.index(a.label), labels.index(b.label)],
                [a.confidence, b.confidence],
                max(differences),
                [a.novelty, b.novelty],
                _overlap(a, b, labels.index(a.label)),
                _cosine(a, b),
                [a_time, b_time],
            )
        )
        progress(done, len(files))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Measured(columns[0].astype(np.int64), *columns[1:])


def matched_threshold(novelty: Floats, threshold: float) -> float:
    """The threshold that keeps as many pictures of an export as the original's keeps of its own.

    Args:
        novelty: `[N, 2]` of pictures of the model's classes, the original's first.
        threshold: the original's.

    Where the original keeps all or none of them, the threshold moves as novelty does on average.
    """
    ours, theirs = novelty.T
    kept = int((ours <= threshold).sum())
    if not 0 < kept < len(ours):
        return float(threshold + (theirs - ours).mean())
    ordered = np.sort(theirs)
    return float((ordered[kept - 1] + ordered[kept]) / 2)


def _timed(classifier: PictureClassifier, file: Path) -> tuple[Prediction, float]:
    started = time.perf_counter()
    answer = classifier.classify(file)
    if isinstance(classifier, ElsewhereClassifier):
        return answer, classifier.milliseconds
    return answer, 1000 * (time.perf_counter() - started)


def _overlap(a: Prediction, b: Prediction, label: int) -> float:
    if a.evidence is None or b.evidence is None:
        return np.nan
    greater = float(np.maximum(a.evidence[label], b.evidence[label]).sum())
    return float(np.minimum(a.evidence[label], b.evidence[label]).sum()) / greater if greater else 1.0


def _cosine(a: Prediction, b: Prediction) -> float:
    if a.embedding is None or b.embedding is None or a.embedding.shape != b.embedding.shape:
        return np.nan
    return float(a.embedding @ b.embedding)
