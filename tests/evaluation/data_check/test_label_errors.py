"""Wrong labels are found where the probabilities say so."""

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.errors import MissingExtra
from tenfold.evaluation.data_check import label_errors

pytestmark = pytest.mark.train


def clouds(each: int = 60, classes: int = 3, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Embeddings around a centre for each class, in no order."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.repeat(np.arange(classes), each))
    centres = random.normal(0, 1, (classes, 16))
    points = centres[labels] + random.normal(0, 0.25, (len(labels), 16))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), labels


def test_labels_that_were_changed_are_found_and_set_right() -> None:
    embeddings, labels = clouds()
    wrong = np.arange(8)
    given = labels.copy()
    given[wrong] = (given[wrong] + 1) % 3
    probabilities = label_errors.cross_validated(embeddings, given, range(180), 3)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(180))
    found = label_errors.wrong_labels(given, probabilities)
    assert {number for number, _, _ in found} == set(wrong.tolist())
    assert all(better == labels[number] for number, better, _ in found)
    given_probabilities = [probability for _, _, probability in found]
    assert given_probabilities == sorted(given_probabilities)
    assert max(given_probabilities) < 0.5


def test_right_labels_are_left_alone() -> None:
    embeddings, labels = clouds()
    assert (
        label_errors.wrong_labels(labels, label_errors.cross_validated(embeddings, labels, range(180), 3))
        == []
    )


def test_a_picture_is_not_judged_by_its_copy() -> None:
    embeddings, labels = clouds()
    given = labels.copy()
    given[0] = (labels[0] + 1) % 3
    # Copies, all with the same wrong label.
    embeddings = np.concatenate([embeddings, np.repeat(embeddings[:1], 60, axis=0)])
    given = np.concatenate([given, np.repeat(given[:1], 60)])
    together = label_errors.cross_validated(embeddings, given, [*range(180), *[0] * 60], 3)
    apart = label_errors.cross_validated(embeddings, given, range(240), 3)
    assert together[0, labels[0]] > 0.5 > apart[0, labels[0]]


def test_classes_without_pictures_and_tiny_classes_are_no_trouble() -> None:
    embeddings, labels = clouds(classes=3)
    labels = np.where(labels == 2, 5, labels)
    labels[np.flatnonzero(labels == 1)[1:]] = 0
    probabilities = label_errors.cross_validated(embeddings, labels, range(180), 7)
    assert probabilities.shape == (180, 7)
    assert isinstance(label_errors.wrong_labels(labels, probabilities), list)
    assert label_errors.wrong_labels(np.zeros(5, dtype=np.int64), np.full((5, 3), 1 / 3)) == []


def test_without_the_extra_its_name_and_the_way_round_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    with pytest.raises(MissingExtra) as caught:
        label_errors.require()
    assert str(caught.value) == (
        "The search for wrong labels needs the train extra, which is not installed (there is no "
        'cleanlab.filter). Install it with: pip install "tenfold[train]". Or leave the search out with '
        "--no-labels."
    )
