"""Unequal classes: weights and orders that make them equal."""

import numpy as np
import pytest

from tenfold.datasets.balance import balanced_order, chosen, class_weights

LABELS = np.repeat(np.arange(3), [6, 90, 24])


def test_weights_are_inverse_to_the_counts_and_one_on_the_average() -> None:
    weights = class_weights(LABELS, 3)
    assert weights[0] / weights[1] == pytest.approx(15)
    assert weights[LABELS].mean() == pytest.approx(1)


def test_a_class_without_pictures_has_no_weight() -> None:
    assert class_weights(LABELS, 4)[3] == 0


def test_equal_classes_have_equal_weights() -> None:
    assert class_weights(np.arange(50) % 10, 10).tolist() == [1.0] * 10


def test_very_unequal_classes_are_shown_equally_often_unless_one_says_otherwise() -> None:
    assert chosen("auto", LABELS, 4) == "sampling"
    assert chosen("auto", np.repeat(np.arange(2), [20, 99]), 2) == "none"
    assert chosen("none", LABELS, 4) == "none"
    assert chosen("weights", LABELS, 4) == "weights"


def test_in_a_balanced_order_every_class_comes_as_often() -> None:
    order = balanced_order(LABELS, 3, seed=1)
    assert np.bincount(LABELS[order]).tolist() == [40, 40, 40]
    times = np.bincount(order, minlength=120)
    assert set(times[:6]) <= {6, 7}
    assert set(times[6:96]) == {0, 1}


def test_what_does_not_divide_is_shared_out_to_within_one() -> None:
    counts = np.bincount(LABELS[:100][balanced_order(LABELS[:100], 3, seed=4)])
    assert counts.sum() == 100
    assert counts.max() - counts.min() <= 1


def test_a_seed_fixes_the_order_and_another_gives_another() -> None:
    one, same, other = (balanced_order(LABELS, 3, seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()
