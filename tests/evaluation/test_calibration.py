"""Temperature: what made confidence too high or too low is found again."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.evaluation.calibration import fit_temperature, softmax, uncalibrated


def honest(n: int = 8000) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels drawn from the very probabilities that the logits state."""
    random = np.random.default_rng(5)
    logits = random.normal(0, 2, (n, 5))
    labels = (softmax(logits).cumsum(axis=1) < random.random((n, 1))).sum(axis=1)
    return labels, logits


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_a_known_temperature_is_recovered(temperature: float) -> None:
    labels, logits = honest()
    assert fit_temperature(labels, logits * temperature) == pytest.approx(temperature, rel=0.04)


def test_it_brings_the_calibration_error_down() -> None:
    labels, logits = honest()
    too_sure = logits * 3
    before = metrics.calibration_error(labels, softmax(too_sure))
    after = metrics.calibration_error(labels, softmax(too_sure, fit_temperature(labels, too_sure)))
    assert before > 0.1
    assert after < 0.03


def test_with_thousands_of_pictures_no_other_temperature_has_less_cross_entropy() -> None:
    labels, logits = honest()
    found = fit_temperature(labels, 2 * logits)
    least = metrics.cross_entropy(labels, softmax(2 * logits, found))
    for other in (found * 0.9, found * 1.1):
        assert metrics.cross_entropy(labels, softmax(2 * logits, other)) > least


@pytest.mark.parametrize(
    ("count", "least", "most"), [(4, 0.75, 0.98), (30, 0.9, 0.997), (5000, 0.99, 0.99999)]
)
def test_a_few_pictures_that_are_all_right_do_not_make_every_answer_certain(
    count: int, least: float, most: float
) -> None:
    logits = np.array([[3.0, 0.0, 0.0]] * count)
    temperature = fit_temperature(np.zeros(count, dtype=np.int64), logits)
    assert least < softmax(logits, temperature)[0, 0] < most


@pytest.mark.parametrize("size", [12.0, 50.0, 2000.0])
@pytest.mark.parametrize(("count", "most"), [(4, 0.93), (10, 0.96), (30, 0.985), (300, 0.998)])
def test_a_few_pictures_support_no_certainty_however_large_the_logits_are(
    size: float, count: int, most: float
) -> None:
    logits = np.eye(3)[np.arange(count) % 3] * size
    told = softmax(logits, fit_temperature(np.arange(count) % 3, logits)).max(axis=1)
    assert 0.75 < told.mean() < most


def test_one_doubtful_picture_among_sure_ones_does_not_make_them_certain() -> None:
    logits = np.array([[60.0, 0.0]] * 9 + [[1.0, 0.0]])
    assert softmax(logits, fit_temperature(np.zeros(10, dtype=np.int64), logits)).max() < 0.98


def test_a_few_pictures_that_are_all_wrong_do_not_take_every_answer_back() -> None:
    def fitted(count: int) -> float:
        return fit_temperature(np.ones(count, dtype=np.int64), np.array([[3.0, 0.0, 0.0]] * count))

    assert 1 < fitted(4) < 6
    assert fitted(5000) > 1000


def test_softmax_by_hand() -> None:
    assert softmax(np.log([[1.0, 2.0, 5.0]]))[0].tolist() == pytest.approx([0.125, 0.25, 0.625])
    assert softmax(np.log([[1.0, 4.0]]), temperature=2)[0].tolist() == pytest.approx([1 / 3, 2 / 3])


def test_softmax_of_large_logits_is_no_overflow() -> None:
    assert softmax(np.array([[1e4, 0.0]])).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_calibrated_probabilities_tell_what_the_network_said(temperature: float) -> None:
    _, logits = honest(300)
    told = softmax(logits, temperature).astype(np.float32)
    np.testing.assert_allclose(uncalibrated(told, temperature), softmax(logits), atol=1e-4)


def test_a_probability_of_nothing_stays_next_to_nothing() -> None:
    raw = uncalibrated(np.array([[1.0, 0.0]], np.float32), 2.0)
    assert raw[0, 1] < 1e-30
    assert raw.sum() == pytest.approx(1)
