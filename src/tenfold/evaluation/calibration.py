"""Temperature: makes a network's confidence mean what it says. Works on plain arrays."""

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics

# Logarithms of the temperatures that are tried: a network's logits may have any scale.
_TRIED = np.linspace(np.log(0.05), np.log(10_000), 62)
# How far a network's temperature usually is from 1, as the scale of its logarithm.
_USUAL = 0.5


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities `[N, K]` from logits `[N, K]` divided by the temperature."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit_temperature(labels: NDArray[np.int64], logits: NDArray[np.floating]) -> float:
    """The most probable temperature, 0.05 to 10,000 (Guo et al. 2017, arXiv 1706.04599, with a prior).

    The prior weighs as much as a few pictures; thousands with mistakes among them decide alone. It has two
    parts:

    - One answer that is right and one that is wrong are added, spread evenly over the pictures, as Platt
      (1999, Probabilistic outputs for support vector machines) does to his targets: the confidence in n
      pictures that are all classified correctly is about (n + 1) / (n + 2), which is Laplace's rule of
      succession, however large the logits are.
    - The logarithm of the temperature has a Cauchy distribution around 0, so that a few mistakes do not make
    every answer unsure.

    Args:
        labels: int64 `[N]`; logits: `[N, K]`.
    """

    def cost(log_temperature: float) -> float:
        probabilities = softmax(logits, float(np.exp(log_temperature)))
        # Summed, as 1 - confidence is 0 long before the others are.
        others = np.sort(probabilities)[:, :-1].sum(axis=1)
        added = -np.log(np.maximum(others, np.finfo(float).tiny)) - np.log(1 - others)
        far = np.log1p((log_temperature / _USUAL) ** 2)
        return float(len(labels) * metrics.cross_entropy(labels, probabilities) + added.mean() + far)

    best = int(np.argmin([cost(one) for one in _TRIED]))
    low, high = _TRIED[max(0, best - 1)], _TRIED[min(len(_TRIED) - 1, best + 1)]
    for _ in range(30):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        if cost(one) < cost(two):
            high = two
        else:
            low = one
    return float(np.exp((low + high) / 2))


def uncalibrated(probabilities: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """The probabilities before temperature scaling.

    softmax(z / T) to the power T, normalised, is softmax(z): so a model file's own output tells, and the
    logits are not needed. Probabilities that underflow stay at the smallest float.
    """
    return softmax(np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)), 1 / temperature)
