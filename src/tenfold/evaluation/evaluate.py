"""A model file evaluated on labelled pictures, one view each. Knows nothing of training or of reports."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.inference import Classifier
from tenfold.metrics import ClassScores, Share

# Pictures between two reports of progress. Evidence maps are freed after each batch: of 1,000 classes at
# 224 x 224 pixels those of a whole test set would take gigabytes.
BATCH = 480
# The most classes that an error names.
MOST_NAMED = 10


@dataclass(frozen=True, eq=False)
class ModelOutputs:
    """A model file's outputs for N pictures: probabilities `[N, K]`, novelty `[N]`, seconds for them all."""

    probabilities: NDArray[np.float32]
    novelty: NDArray[np.float32]
    seconds: float

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The most probable class of each picture, `[N]`."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """The probability of that class, `[N]`."""
        return np.asarray(self.probabilities.max(axis=1))


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was measured on N pictures.

    Attributes:
        accuracy: with its 95 % interval.
        cross_entropy: in nats.
        calibration_error: expected calibration error, 0 to 1, 15 bins.
        kept: the share that was not called "none of these".
        confusion: int `[K, K]`, rows are the true classes.
        classes: each class's scores.
        top5: the share whose class is among the five most probable; None where there are five or fewer.
    """

    accuracy: Share
    cross_entropy: float
    calibration_error: float
    kept: Share
    confusion: NDArray[np.int64]
    classes: dict[str, ClassScores]
    top5: Share | None = None

    @property
    def macro(self) -> ClassScores:
        """The plain mean over the classes that have pictures."""
        return metrics.macro_average(list(self.classes.values()))

    @property
    def weighted(self) -> ClassScores:
        """The mean over the classes, weighted by their pictures."""
        return metrics.weighted_average(list(self.classes.values()))

    def summary(self) -> dict[str, Any]:
        """The figures that a model file carries."""
        return {
            "accuracy": round(self.accuracy.value, 4),
            "accuracy_low": round(self.accuracy.low, 4),
            "accuracy_high": round(self.accuracy.high, 4),
            "pictures": self.accuracy.n,
            "calibration_error": round(self.calibration_error, 4),
            "cross_entropy": round(self.cross_entropy, 4),
            "kept": round(self.kept.value, 4),
        }


def evaluate(classifier: Classifier, data: LabelledPictures) -> Evaluation:
    """Run every picture through the model file and score its outputs.

    Raises:
        DatasetError: the pictures have other classes than the model, or there are none.
    """
    check_fit(classifier, data)
    return score(data, model_outputs(classifier, data.pictures), classifier.info.threshold)


def check_fit(classifier: Classifier, data: LabelledPictures) -> None:
    """Raises DatasetError where the pictures have other classes, or there are none."""
    info = classifier.info
    if data.classes != info.labels:
        raise DatasetError(
            "These pictures",
            "do not fit this model",
            received=f"pictures of {named(data.classes)}",
            cure=f"The model knows {named(info.labels)}.",
            reason="different-classes",
        )
    if not len(data):
        raise DatasetError(
            "The data",
            "hold no picture to evaluate on",
            cure="Name another part with --split.",
            reason="no-pictures-to-measure",
        )


def named(labels: Sequence[str]) -> str:
    """Class names in a sentence, the first of them where there are many."""
    more = len(labels) - MOST_NAMED
    return ", ".join(labels[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def model_outputs(
    classifier: Classifier,
    pictures: NDArray[np.uint8],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ModelOutputs:
    """The model file's outputs for pictures uint8 `[N, H, W, 3]`, one view each.

    Args:
        progress: called with how many pictures are done, and how many there are.
    """
    probabilities, novelty = [], []
    started = time.perf_counter()
    for start in range(0, len(pictures), BATCH):
        found = classifier.raw(np.ascontiguousarray(pictures[start : start + BATCH]))
        probabilities.append(found[0])
        novelty.append(found[3])
        progress(min(start + BATCH, len(pictures)), len(pictures))
    seconds = time.perf_counter() - started
    return ModelOutputs(np.concatenate(probabilities), np.concatenate(novelty), seconds)


def score(data: LabelledPictures, found: ModelOutputs, threshold: float) -> Evaluation:
    """The figures of merit of outputs for these pictures; above `threshold` novelty is "none of these"."""
    matrix = metrics.confusion(data.labels, found.predicted, len(data.classes))
    top5 = metrics.top_k_accuracy(data.labels, found.probabilities, 5) if len(data.classes) > 5 else None
    return Evaluation(
        accuracy=metrics.accuracy(data.labels, found.predicted),
        cross_entropy=metrics.cross_entropy(data.labels, found.probabilities),
        calibration_error=metrics.calibration_error(data.labels, found.probabilities),
        kept=metrics.share(int((found.novelty <= threshold).sum()), len(data)),
        confusion=matrix,
        classes=dict(zip(data.classes, metrics.class_scores(matrix), strict=True)),
        top5=top5,
    )
