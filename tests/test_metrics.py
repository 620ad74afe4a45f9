"""Figures of merit against values worked out by hand, and against slow formulas written out here."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tenfold import metrics

LABELS = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 2, 2])


def random_answers(
    seed: int, n: int = 200, classes: int = 4
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    return random.integers(0, classes, n), random.dirichlet(np.ones(classes), n)


def test_a_share_has_wilsons_interval() -> None:
    # Newcombe 1998, table I: 81 of 263 and 15 of 148.
    one, two = metrics.share(81, 263), metrics.share(15, 148)
    assert (round(one.value, 4), round(one.low, 4), round(one.high, 4)) == (0.3080, 0.2553, 0.3662)
    assert (round(two.low, 4), round(two.high, 4)) == (0.0624, 0.1605)


def test_a_share_of_none_or_all_stays_between_0_and_1() -> None:
    # Newcombe 1998, table I: 0 of 20.
    none = metrics.share(0, 20)
    assert (none.value, none.low, round(none.high, 4)) == (0, 0, 0.1611)
    assert metrics.share(20, 20).high == 1


def test_a_share_reads_as_a_sentence() -> None:
    assert str(metrics.share(9_400, 10_000)) == "94.00% (95 % interval 93.52% to 94.45%, n = 10,000)"


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"A share needs at least one case, got 0\."):
        metrics.share(0, 0)


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert metrics.accuracy(LABELS, PREDICTED) == metrics.share(4, 6)


def test_confusion_has_the_true_class_in_rows() -> None:
    assert metrics.confusion(LABELS, PREDICTED, 4).tolist() == [
        [2, 1, 0, 0],
        [0, 1, 1, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 0],
    ]


def test_class_scores_are_precision_recall_and_f1() -> None:
    scores = metrics.class_scores(metrics.confusion(LABELS, PREDICTED, 4))
    first = scores[0]
    assert (first.precision, first.support) == (1, 3)
    assert first.recall == pytest.approx(2 / 3)
    assert first.f1 == pytest.approx(0.8)
    assert scores[1] == metrics.ClassScores(0.5, 0.5, 0.5, 2)
    assert (scores[2].precision, scores[2].recall) == (0.5, 1.0)
    assert scores[3] == metrics.ClassScores(0.0, 0.0, 0.0, 0)


def test_a_macro_average_counts_each_class_once_and_leaves_out_empty_ones() -> None:
    scores = metrics.class_scores(metrics.confusion(LABELS, PREDICTED, 4))
    assert metrics.macro_average(scores).recall == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


def test_cross_entropy_is_in_nats() -> None:
    probabilities = np.array([[0.5, 0.5], [0.1, 0.9]])
    expected = -(math.log(0.5) + math.log(0.9)) / 2
    assert metrics.cross_entropy(np.array([0, 1]), probabilities) == pytest.approx(expected)


def test_a_class_thought_impossible_does_not_make_cross_entropy_infinite() -> None:
    assert metrics.cross_entropy(np.array([0]), np.array([[0.0, 1.0]])) == pytest.approx(-math.log(1e-12))


def test_calibration_error_by_hand() -> None:
    # Bin 0.5 to 0.6: two answers at 0.55, one right: gap 0.05. Bin 0.9 to 1: two at 0.95, both wrong: 0.95.
    high, low = 0.95, 0.55
    probabilities = np.array([[low, 1 - low], [low, 1 - low], [high, 1 - high], [high, 1 - high]])
    found = metrics.calibration_error(np.array([0, 1, 1, 1]), probabilities, bins=10)
    assert found == pytest.approx((0.05 + 0.95) / 2)


def test_certainty_falls_into_the_last_bin() -> None:
    assert metrics.calibration_error(np.array([0, 0]), np.array([[1.0, 0.0], [1.0, 0.0]])) == 0


def test_certainty_shares_the_last_bin_with_what_is_almost_certain() -> None:
    probabilities = np.array([[1.0, 0.0], [0.98, 0.02]])
    assert metrics.calibration_error(np.array([1, 0]), probabilities) == pytest.approx(0.99 - 0.5)


@pytest.mark.parametrize("seed", range(5))
def test_calibration_error_against_a_loop_over_bins(seed: int) -> None:
    labels, probabilities = random_answers(seed)
    slow = 0.0
    for bin_number in range(15):
        inside = [
            (p.max(), p.argmax() == k)
            for k, p in zip(labels, probabilities, strict=True)
            if bin_number <= p.max() * 15 < bin_number + 1
        ]
        if inside:
            confidence = sum(float(c) for c, _ in inside) / len(inside)
            accuracy = sum(bool(right) for _, right in inside) / len(inside)
            slow += abs(confidence - accuracy) * len(inside) / len(labels)
    assert metrics.calibration_error(labels, probabilities) == pytest.approx(slow)


@pytest.mark.parametrize("seed", range(5))
def test_scores_against_counting_pairs(seed: int) -> None:
    labels, probabilities = random_answers(seed)
    predicted = probabilities.argmax(axis=1)
    pairs = list(zip(labels.tolist(), predicted.tolist(), strict=True))
    matrix = metrics.confusion(labels, predicted, 4)
    for k, scores in enumerate(metrics.class_scores(matrix)):
        right, called, there = pairs.count((k, k)), (predicted == k).sum(), (labels == k).sum()
        assert matrix[k, (k + 1) % 4] == pairs.count((k, (k + 1) % 4))
        assert scores.precision == pytest.approx(right / called)
        assert scores.recall == pytest.approx(right / there)
        assert scores.f1 == pytest.approx(2 * right / (called + there))


numbers: Any = st.lists(st.integers(0, 9), min_size=1, max_size=30)


@given(numbers, numbers)
def test_auroc_is_the_chance_to_be_above_with_ties_counted_half(
    ordinary: list[int], strange: list[int]
) -> None:
    wins = sum((s > o) + 0.5 * (s == o) for s in strange for o in ordinary)
    found = metrics.auroc(np.array(ordinary, dtype=float), np.array(strange, dtype=float))
    assert found == pytest.approx(wins / len(ordinary) / len(strange))


def test_auroc_of_one_kind_alone_is_refused() -> None:
    for ordinary, strange in (([], [1.0]), ([1.0], [])):
        with pytest.raises(ValueError, match=r"AUROC needs cases of both kinds\."):
            metrics.auroc(np.array(ordinary, dtype=float), np.array(strange, dtype=float))


def test_top_k_counts_a_class_among_the_k_most_probable() -> None:
    labels, probabilities = random_answers(3, n=80, classes=7)
    order = np.argsort(-probabilities, axis=1)
    for k in (1, 5, 7):
        hits = sum(label in row[:k] for label, row in zip(labels, order, strict=True))
        assert metrics.top_k_accuracy(labels, probabilities, k) == metrics.share(hits, 80)


def test_the_macro_average_counts_classes_alike_and_passes_over_those_without_pictures() -> None:
    scores = metrics.class_scores(metrics.confusion(LABELS, PREDICTED, 4))
    average = metrics.macro_average(scores)
    assert average.precision == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert average.recall == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert average.f1 == pytest.approx((4 / 5 + 1 / 2 + 2 / 3) / 3)
    assert average.support == 6


def test_the_weighted_average_has_the_accuracy_as_its_recall() -> None:
    scores = metrics.class_scores(metrics.confusion(LABELS, PREDICTED, 4))
    average = metrics.weighted_average(scores)
    assert average.recall == pytest.approx(metrics.accuracy(LABELS, PREDICTED).value)
    assert average.precision == pytest.approx((3 * 1 + 2 * 0.5 + 1 * 0.5) / 6)
    assert average.support == 6


def test_a_reliability_bin_has_the_means_of_its_pictures() -> None:
    labels = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.9, 0.1], [0.95, 0.05], [0.95, 0.05], [0.45, 0.55]])
    low, high = metrics.reliability(labels, probabilities, bins=10)
    assert (low.low, low.high, low.n, low.accuracy) == (0.5, 0.6, 1, 1.0)
    assert (high.low, high.high, high.n) == (0.9, 1.0, 3)
    assert high.confidence == pytest.approx((0.9 + 0.95 + 0.95) / 3)
    assert high.accuracy == pytest.approx(2 / 3)


def test_a_certain_picture_is_in_the_last_bin() -> None:
    (only,) = metrics.reliability(np.array([0]), np.array([[1.0, 0.0]]))
    assert only.high == 1


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 60))
def test_the_area_under_the_curve_is_the_auroc(seed: int, known: int, strange: int) -> None:
    random = np.random.default_rng(seed)
    # So few values that many cases tie.
    ordinary, others = random.integers(0, 8, known) / 8.0, random.integers(2, 10, strange) / 8.0
    false_alarms, caught = metrics.roc(ordinary, others)
    assert (false_alarms[0], caught[0], false_alarms[-1], caught[-1]) == (0, 0, 1, 1)
    assert (np.diff(false_alarms) >= 0).all()
    area = np.trapezoid(caught, false_alarms)
    assert area == pytest.approx(metrics.auroc(ordinary, others), abs=0.02)
