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


def test_no_other_temperature_has_less_cross_entropy() -> None:
    labels, logits = honest(1000)
    found = fit_temperature(labels, logits)
    least = metrics.cross_entropy(labels, softmax(logits, found))
    for other in (found * 0.9, found * 0.99, found * 1.01, found * 1.1):
        assert metrics.cross_entropy(labels, softmax(logits, other)) > least


def test_the_temperature_stays_within_its_bounds() -> None:
    logits = np.array([[1.0, 0.0]] * 10)
    assert fit_temperature(np.zeros(10, dtype=np.int64), logits) == pytest.approx(0.05, rel=0.01)
    assert fit_temperature(np.ones(10, dtype=np.int64), logits) == pytest.approx(20, rel=0.01)


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
