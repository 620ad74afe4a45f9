"""The split is fair and the same everywhere; a fingerprint says whether the data is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.datasets.labelled import LabelledPictures, split
from tenfold.errors import DatasetError
from tests.tiny import shades

DATA = shades(120, side=8)


def shuffled(data: LabelledPictures, seed: int) -> LabelledPictures:
    return data.take(np.random.default_rng(seed).permutation(len(data)))


def counts(labels: NDArray[np.int64]) -> list[int]:
    return [int(count) for count in np.bincount(labels, minlength=10)]


def test_each_class_has_the_same_share_in_both_parts() -> None:
    training, validation = split(DATA, 30)
    assert counts(training.labels) == [9] * 10
    assert counts(validation.labels) == [3] * 10
    assert training.classes == validation.classes == DATA.classes


def test_the_parts_share_no_picture_and_lose_none() -> None:
    training, validation = (set(part.digests()) for part in split(DATA, 30))
    assert not training & validation
    assert training | validation == set(DATA.digests())


@pytest.mark.parametrize("seed", range(3))
def test_the_split_does_not_depend_on_the_order(seed: int) -> None:
    for one, other in zip(split(DATA, 30), split(shuffled(DATA, seed), 30), strict=True):
        assert set(one.digests()) == set(other.digests())
        assert one.fingerprint() == other.fingerprint()


def test_the_pictures_of_a_part_keep_their_labels_and_order() -> None:
    for part in split(DATA, 30):
        found = [DATA.digests().index(digest) for digest in part.digests()]
        assert found == sorted(found)
        assert (DATA.labels[found] == part.labels).all()


@pytest.mark.parametrize("validation", [0, 25, 120, 130, -10])
def test_a_part_that_cannot_be_even_is_refused(validation: int) -> None:
    with pytest.raises(DatasetError) as caught:
        split(DATA, validation)
    assert str(caught.value) == (
        f"A validation part of {validation} pictures cannot be taken evenly from the classes "
        "(10 classes, the smallest has 12 pictures). Use a multiple of 10 below 120."
    )


def test_the_fingerprint_is_of_the_content_and_not_of_the_order() -> None:
    assert shuffled(DATA, 1).fingerprint() == DATA.fingerprint()
    assert len(DATA.fingerprint()) == 64


def test_pictures_that_follow_each_other_are_taken_without_a_copy() -> None:
    assert np.shares_memory(DATA.take(np.arange(3, 90)).pictures, DATA.pictures)
    assert DATA.take(np.arange(3, 90)).digests() == DATA.digests()[3:90]
    for indices in ([5, 4], [3, 5], [4, 4], [0, 1, -1]):
        taken = DATA.take(np.array(indices))
        assert not np.shares_memory(taken.pictures, DATA.pictures)
        assert taken.digests() == [DATA.digests()[i] for i in indices]
    with pytest.raises(IndexError):
        DATA.take(np.arange(118, 121))


def test_the_fingerprint_is_what_it_was_before_there_could_be_more_classes_than_a_byte_counts() -> None:
    assert DATA.fingerprint() == "15fa2d50d70d90bb5980f9902b72b6026e19cc3098dd3c366fb4d798c95f5195"


def test_labels_that_are_the_same_in_their_last_byte_are_told_apart() -> None:
    names = tuple(f"class {k}" for k in range(300))
    one, other = (np.full(120, label, dtype=np.int64) for label in (4, 260))
    prints = {LabelledPictures(DATA.pictures, labels, names).fingerprint() for labels in (one, other)}
    assert len(prints) == 2


def test_another_pixel_another_label_or_a_missing_picture_changes_the_fingerprint() -> None:
    pixel = DATA.pictures.copy()
    pixel[5, 0, 0, 0] ^= 1
    label = DATA.labels.copy()
    label[5] = (label[5] + 1) % 10
    prints = {
        DATA.fingerprint(),
        LabelledPictures(pixel, DATA.labels, DATA.classes).fingerprint(),
        LabelledPictures(DATA.pictures, label, DATA.classes).fingerprint(),
        DATA.take(np.arange(119)).fingerprint(),
    }
    assert len(prints) == 4
