"""A model file judged on labelled pictures, one view each. Knows nothing of training or of reports."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.inference import Classifier
from tenfold.metrics import ClassScores, Share


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
    """

    accuracy: Share
    cross_entropy: float
    calibration_error: float
    kept: Share
    confusion: NDArray[np.int64]
    classes: dict[str, ClassScores]

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
    """Run every picture through the model file and score the answers.

    Raises:
        DatasetError: the pictures have another size or other classes than the model.
    """
    info = classifier.info
    size = data.pictures.shape[1:3]
    if size != (info.input_size, info.input_size) or data.classes != info.labels:
        raise DatasetError(
            "These pictures",
            "do not fit this model",
            received=f"{size[1]} x {size[0]} pixels of {', '.join(data.classes)}",
            cure=f"The model takes {info.input_size} x {info.input_size} pixels of {', '.join(info.labels)}.",
        )
    probabilities, _, _, novelty = classifier.raw(data.pictures)
    predicted = probabilities.argmax(axis=1)
    matrix = metrics.confusion(data.labels, predicted, len(data.classes))
    return Evaluation(
        accuracy=metrics.accuracy(data.labels, predicted),
        cross_entropy=metrics.cross_entropy(data.labels, probabilities),
        calibration_error=metrics.calibration_error(data.labels, probabilities),
        kept=metrics.share(int((novelty <= info.threshold).sum()), len(data)),
        confusion=matrix,
        classes=dict(zip(data.classes, metrics.class_scores(matrix), strict=True)),
    )
