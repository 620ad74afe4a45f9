"""Parts by content: stratified, the same in any order, never the same picture in two."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.datasets.shares import choose
from tenfold.errors import DatasetError

CLASSES = tuple("abcdefgh")


def contents(count: int, seed: int = 0) -> list[bytes]:
    random = np.random.default_rng(seed)
    return [random.bytes(32) for _ in range(count)]


def chosen(labels: NDArray[np.int64], same: list[bytes], shares: tuple[float, ...]) -> NDArray[np.int64]:
    return choose(labels, same, same, shares, CLASSES)


def test_each_class_gives_its_share_to_each_part() -> None:
    labels = np.repeat(np.arange(3), [100, 20, 7])
    part = chosen(labels, contents(127), (0.15, 0.2))
    for label, counts in enumerate([[65, 15, 20], [13, 3, 4], [5, 1, 1]]):
        assert np.bincount(part[labels == label], minlength=3).tolist() == counts


def test_the_smallest_class_still_has_a_picture_in_each_part() -> None:
    labels = np.repeat(np.arange(2), [3, 200])
    part = chosen(labels, contents(203), (0.15, 0.15))
    assert sorted(part[:3]) == [0, 1, 2]


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_do_not_depend_on_the_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 4, 200)
    hashes = [*contents(150), *contents(50)]  # fifty pictures are there twice, some under two labels
    order = random.permutation(200)
    part = chosen(labels, hashes, (0.15, 0.15))
    again = chosen(labels[order], [hashes[i] for i in order], (0.15, 0.15))
    assert (again == part[order]).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_same_picture_is_on_one_side_even_under_two_labels(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, 300)
    which = random.integers(0, 120, 300)
    hashes = contents(120, seed)
    part = chosen(labels, [hashes[i] for i in which], (0.2, 0.2))
    for one in range(120):
        assert len(set(part[which == one])) <= 1
    for label in range(3):
        shares = np.bincount(part[labels == label], minlength=3) / (labels == label).sum()
        assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.12)


def test_files_of_different_bytes_and_the_same_pixels_stay_together() -> None:
    same = contents(30)
    part = choose(np.arange(60) % 2, contents(60, 5), [*same, *same], (0.3,), CLASSES)
    assert (part[:30] == part[30:]).all()


def test_a_class_with_too_few_different_pictures_is_named() -> None:
    hashes = contents(10)
    labels = np.repeat(np.arange(2), [10, 5])
    with pytest.raises(DatasetError) as caught:
        chosen(labels, [*hashes, *[hashes[0]] * 4, hashes[1]], (0.15, 0.15))
    assert str(caught.value) == (
        "The class 'b' has too few pictures to be split (2 different, where training and each part split off "
        "from it need one). Give it 3 or more, or remove the class."
    )


def test_classes_that_share_all_their_pictures_are_refused_in_words() -> None:
    hashes = contents(8)
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
    shown = [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 6, 7]
    part = chosen(labels, [hashes[i] for i in shown], (0.2,))
    assert all(set(part[labels == label]) == {0, 1} for label in range(3))
    # Class 1 holds three pictures of class 0 only; where that leaves it without a part, the message says so.
    seen = set()
    for seed in range(40):
        hashes = contents(6, seed)
        try:
            chosen(
                np.array([0, 0, 0, 1, 1, 1, 2, 2, 2]),
                [hashes[i] for i in (0, 1, 2, 0, 1, 3, 0, 1, 4)],
                (0.3, 0.3),
            )
        except DatasetError as problem:
            seen.add(str(problem))
    assert all(
        "cannot be split (nearly all of its pictures also stand in other classes)" in text for text in seen
    )
    assert seen
