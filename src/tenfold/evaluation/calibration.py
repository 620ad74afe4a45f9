"""Temperature: makes a network's confidence mean what it says. Works on plain arrays."""

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics

# How far a network's temperature usually is from 1, as the standard deviation of its logarithm.
_USUAL = 0.5


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities `[N, K]` from logits `[N, K]` divided by the temperature."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit_temperature(labels: NDArray[np.int64], logits: NDArray[np.floating]) -> float:
    """The most probable temperature, 0.05 to 20 (Guo et al. 2017, arXiv 1706.04599, with a prior).

    The prior is a normal distribution of its logarithm around 0. It weighs as much as a few pictures: a few
    that are all answered correctly do not make every answer certain, and thousands decide alone.

    Args:
        labels: int64 `[N]`; logits: `[N, K]`.
    """

    def cost(log_temperature: float) -> float:
        probabilities = softmax(logits, float(np.exp(log_temperature)))
        doubt = log_temperature**2 / (2 * _USUAL**2)
        return len(labels) * metrics.cross_entropy(labels, probabilities) + doubt

    low, high = np.log(0.05), np.log(20)
    for _ in range(60):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        if cost(one) < cost(two):
            high = two
        else:
            low = one
    return float(np.exp((low + high) / 2))


def uncalibrated(probabilities: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """What the network said before its logits were divided by the temperature.

    softmax(z / T) to the power T, normalised, is softmax(z): so a model file's own output tells, and the
    logits are not needed. A probability that a float could not hold stays as small as it can.
    """
    return softmax(np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)), 1 / temperature)
