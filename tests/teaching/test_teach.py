"""tenfold.teaching.teach: a few features of each class become a calibrated head with honest figures."""

import numpy as np
import pytest

from tenfold.errors import DatasetError
from tenfold.teaching.background import background
from tenfold.teaching.teach import teach


def embeddings(count: int, classes: int, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    centres = np.random.default_rng(1).normal(size=(classes, 32))
    labels = np.repeat(np.arange(classes), count)
    found = centres[labels] + spread * random.normal(size=(len(labels), 32))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32), labels


def test_classes_that_lie_apart_are_told_apart() -> None:
    points, labels = embeddings(6, 3)
    found = teach(points, labels, ["a", "b", "c"]).assessment
    assert found.accuracy is not None
    assert (found.accuracy.value, found.accuracy.n) == (1.0, 18)
    assert found.mistakes == ()


def test_classes_without_a_difference_are_not_said_to_be_told_apart() -> None:
    points, _ = embeddings(30, 1)
    found = teach(points, np.arange(30) % 2, ["a", "b"]).assessment
    assert found.accuracy is not None
    assert found.accuracy.low < 0.5
    assert len(found.mistakes) == 30 - np.trace(found.confusion)


def test_what_is_unlike_every_class_lies_above_the_threshold() -> None:
    points, labels = embeddings(10, 2)
    taught = teach(points, labels, ["a", "b"])
    assert (taught.rejection.novelty(-points) > taught.threshold).all()
    assert taught.assessment.kept.value >= 0.85


@pytest.mark.slow
def test_pictures_of_other_things_are_more_novel_than_most_of_those_that_were_taught() -> None:
    found = background(1280)
    own = np.flatnonzero(np.isin(found.kinds, (3, 20, 40)))
    order = {3: 0, 20: 1, 40: 2}
    learned, kept = own[np.arange(len(own)) % 10 < 5], own[np.arange(len(own)) % 10 >= 5]
    taught = teach(found.pictures[learned], np.array([order[k] for k in found.kinds[learned]]), list("abc"))
    usual = np.median(taught.rejection.novelty(found.pictures[kept]))
    others = ~np.isin(found.kinds, list(order))
    assert (taught.rejection.novelty(found.pictures[others]) > usual).mean() > 0.8


@pytest.mark.slow
def test_a_class_that_the_ordinary_pictures_show_too_is_not_told_from_itself() -> None:
    found = background(1280)
    own = np.flatnonzero(found.kinds == 7)
    points = np.concatenate([found.pictures[own], found.pictures[found.kinds == 8]])
    taught = teach(points, np.repeat([0, 1], 10), ["seven", "eight"])
    assert (taught.rejection.novelty(found.pictures[own]) <= taught.threshold).mean() > 0.85


def test_good_pictures_alone_are_a_start() -> None:
    points, labels = embeddings(10, 1)
    taught = teach(points, labels, ["good"])
    assert taught.assessment.accuracy is None
    assert taught.assessment.kept.n == 10


def test_a_class_with_one_picture_is_refused_with_a_cure() -> None:
    points, _ = embeddings(3, 1)
    with pytest.raises(DatasetError, match=r"The class b has 1 picture\. Give it 2 at least"):
        teach(points, np.array([0, 0, 1]), ["a", "b"])
