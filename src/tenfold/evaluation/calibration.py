"""Temperature: makes a network's confidence mean what it says. Works on plain arrays."""

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities `[N, K]` from logits `[N, K]` divided by the temperature."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit_temperature(labels: NDArray[np.int64], logits: NDArray[np.floating]) -> float:
    """The temperature with the least cross-entropy (Guo et al. 2017, arXiv 1706.04599), 0.05 to 20.

    The cross-entropy is convex in the inverse temperature, so thirds are cut off until it is found.
    """
    low, high = 1 / 20, 1 / 0.05
    for _ in range(60):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        if metrics.cross_entropy(labels, softmax(logits, 1 / one)) < metrics.cross_entropy(
            labels, softmax(logits, 1 / two)
        ):
            high = two
        else:
            low = one
    return float(2 / (low + high))


def uncalibrated(probabilities: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """What the network said before its logits were divided by the temperature.

    softmax(z / T) to the power T, normalised, is softmax(z): so a model file's own output tells, and the
    logits are not needed. A probability that a float could not hold stays as small as it can.
    """
    return softmax(np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)), 1 / temperature)
