"""A evaluated classifier that sees colours, on pictures of which some are labelled wrongly."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.datasets.labelled import LabelledPictures
from tenfold.evaluation.evaluate import model_outputs, score
from tenfold.evaluation.report.section import EvaluatedModel
from tenfold.modelfile import ClassName
from tests.fakes import LABELS, FakeClassifier


class ManyColours(FakeClassifier):
    """Sees as many classes as it has names: the class of a picture is its red value."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        super().__init__()
        self.info = replace(self.info, classes=tuple(ClassName(label) for label in labels))

    def raw(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        _, colours, _, novelty = super().raw(inputs)
        count = len(self.info.classes)
        seen = inputs[:, 0, 0, 0].astype(int) * 256 + inputs[:, 0, 0, 1]
        probabilities = np.full((len(inputs), count), 0.2 / (count - 1), np.float32)
        probabilities[np.arange(len(inputs)), seen % count] = 0.8
        return probabilities, colours, np.ones((len(inputs), count, 2, 2), np.float32), novelty


def numbered(labels: tuple[str, ...], count: int, wrong: int) -> LabelledPictures:
    """Pictures that say their class in their first pixel; every `wrong`-th is labelled as the next class."""
    seen = np.arange(count) % len(labels)
    pictures = np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3)).astype(np.uint8)
    pictures[:, 0, 0, 0], pictures[:, 0, 0, 1] = seen // 256, seen % 256
    truth = np.where(np.arange(count) % wrong == 0, (seen + 1) % len(labels), seen)
    return LabelledPictures(pictures, truth.astype(np.int64), labels)


def colours(count: int = 60) -> LabelledPictures:
    """Noisy red, green and blue pictures; of the last ten every other one is labelled as the next colour."""
    random = np.random.default_rng(2)
    seen = random.permutation(np.arange(count) % 3)
    pictures = random.integers(0, 120, (count, 32, 32, 3))
    pictures[np.arange(count), :, :, seen] += random.integers(20, 130, count)[:, None, None]
    labels = seen.copy()
    labels[-10::2] = (labels[-10::2] + 1) % 3
    sources = tuple(f"pictures/{number}.png" for number in range(count))
    return LabelledPictures(pictures.astype(np.uint8), labels.astype(np.int64), LABELS, sources)


def evaluated_model(classifier: FakeClassifier, data: LabelledPictures) -> EvaluatedModel:
    found = model_outputs(classifier, data.pictures)
    return EvaluatedModel(classifier, data, found, score(data, found, classifier.info.threshold))


@pytest.fixture(scope="session")
def evaluated() -> EvaluatedModel:
    return evaluated_model(FakeClassifier(), colours())
