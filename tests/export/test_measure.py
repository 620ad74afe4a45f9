"""What is measured between an original and its export."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.export.measure import matched_threshold, measure
from tenfold.modelfile import ModelInfo
from tenfold.predictions import Prediction
from tests.fakes import INFO

FACTS = replace(INFO, classes=INFO.classes[:2])
LABELS = FACTS.labels
MAPS = np.zeros((2, 2, 2), np.float32)


@dataclass
class Said:
    """Says of each file what its name says: the probability of the first class."""

    shift: float = 0.0
    novelty: float = 0.5
    maps: NDArray[np.float32] | None = None
    info: ModelInfo = FACTS

    def classify(self, picture: Path) -> Prediction:
        first = float(picture.name) + self.shift
        best = 0 if first >= 0.5 else 1
        return Prediction(
            LABELS[best],
            max(first, 1 - first),
            {LABELS[0]: first, LABELS[1]: 1 - first},
            True,
            self.novelty,
            self.maps,
            np.array([1.0, 0.0], np.float32),
        )


def test_first_answers_probabilities_and_novelty_stand_side_by_side() -> None:
    found = measure(Said(), Said(shift=-0.2, novelty=0.7), [Path("0.9"), Path("0.6")])

    assert found.first.tolist() == [[0, 0], [0, 1]]
    assert found.confidence == pytest.approx(np.array([[0.9, 0.7], [0.6, 0.6]]))
    assert found.difference == pytest.approx(np.array([0.2, 0.2]))
    assert found.novelty.tolist() == [[0.5, 0.7], [0.5, 0.7]]
    assert found.cosine.tolist() == [1.0, 1.0]
    assert (found.milliseconds > 0).all()


def test_evidence_overlaps_by_its_lesser_over_its_greater_values() -> None:
    ours, theirs = MAPS.copy(), MAPS.copy()
    ours[0, 0], theirs[0, 0] = (1.0, 0.5), (0.5, 0.5)

    assert measure(Said(maps=ours), Said(maps=theirs), [Path("0.9")]).overlap == pytest.approx([1 / 1.5])
    assert measure(Said(maps=MAPS), Said(maps=MAPS), [Path("0.9")]).overlap == [1.0]
    assert np.isnan(measure(Said(maps=ours), Said(), [Path("0.9")]).overlap).all()


def test_the_threshold_keeps_as_many_pictures_of_the_export_as_of_the_original() -> None:
    ours = np.linspace(0, 1, 101)
    novelty = np.stack([ours, 2 * ours + 3], axis=1)

    found = matched_threshold(novelty, 0.905)

    assert (novelty[:, 1] <= found).sum() == (ours <= 0.905).sum() == 91


@pytest.mark.parametrize("threshold", [-1.0, 7.0])
def test_a_threshold_that_keeps_all_or_none_moves_with_the_mean(threshold: float) -> None:
    novelty = np.array([[0.1, 0.3], [0.2, 0.4]])

    assert matched_threshold(novelty, threshold) == pytest.approx(threshold + 0.2)
