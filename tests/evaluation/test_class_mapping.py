"""Pictures brought to a model's classes: another order, fewer classes, unknown ones, several parts."""

import numpy as np
import pytest

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.evaluation.class_mapping import joined, with_classes
from tests import tiny

DATA = tiny.shades(20, classes=4)


def test_the_same_classes_are_left_alone() -> None:
    assert with_classes(DATA, DATA.classes) is DATA


def test_labels_follow_their_names_into_another_order() -> None:
    labels = ("class 3", "other", "class 1", "class 0", "class 2")
    found = with_classes(DATA, labels)
    assert found.classes == labels
    before = [DATA.classes[k] for k in DATA.labels]
    assert [found.classes[k] for k in found.labels] == before
    assert found.pictures is DATA.pictures


def test_classes_that_the_model_does_not_know_are_named() -> None:
    with pytest.raises(DatasetError) as caught:
        with_classes(DATA, ("class 0", "class 2", "tea"))
    assert str(caught.value) == (
        "These pictures have classes that this model does not know (class 1, class 3). "
        "The model knows class 0, class 2, tea."
    )


def test_parts_are_joined_in_their_order() -> None:
    one, two = DATA.take(np.arange(5)), DATA.take(np.arange(5, 20))
    found = joined([one, DATA.take(np.zeros(0, np.int64)), two])
    assert np.array_equal(found.pictures, DATA.pictures)
    assert np.array_equal(found.labels, DATA.labels)
    assert joined([one]) is one


def test_sources_are_joined_where_every_part_has_them() -> None:
    def part(name: str) -> LabelledPictures:
        return LabelledPictures(DATA.pictures[:1], DATA.labels[:1], DATA.classes, (name,))

    assert joined([part("a"), part("b")]).sources == ("a", "b")
    assert joined([part("a"), DATA]).sources == ()
