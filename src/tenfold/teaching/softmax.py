"""Softmax regression with an L2 penalty, fitted by L-BFGS. Knows features and labels, no pictures."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]
# Changes of weights that L-BFGS remembers; more bring nothing here.
_MEMORY = 10
_STEPS = 100
# Fitted once the largest derivative is below this; the cost is about 1 where nothing was learned.
_TOLERANCE = 3e-4


@dataclass(frozen=True, eq=False)
class Head:
    """The logits of features `[N, D]` are `features @ weight + bias`: weight `[D, K]`, bias `[K]`."""

    weight: Floats
    bias: Floats

    def logits(self, features: NDArray[np.floating]) -> Floats:
        """`[N, K]`."""
        return np.asarray(features @ self.weight + self.bias)


def fit(
    features: NDArray[np.floating],
    labels: NDArray[np.int64],
    classes: int,
    penalty: float,
    *,
    start: Head | None = None,
) -> Head:
    """The head with the least mean cross-entropy plus half the penalty times the squared weights.

    Every class weighs the same, whatever the number of its pictures. Features are centred and scaled to a
    mean squared length of 1 for the fit, so that a penalty means the same for every set of pictures.

    Args:
        features: `[N, D]`.
        labels: int64 `[N]`, every class at least once.
        penalty: above 0; the bias is not penalised.
        start: where to begin: the fit with another penalty.
    """
    mean = features.mean(axis=0, dtype=np.float64)
    centred = features - mean
    scale = 1 / max(float(np.sqrt(np.vdot(centred, centred) / len(centred))), 1e-12)
    # Half the time of double precision, and exact enough for the tolerance.
    points = (centred * scale).astype(np.float32)
    counts = np.bincount(labels, minlength=classes)
    share = 1 / (classes * counts[labels])
    rows = np.arange(len(labels))

    def objective(weights: Floats) -> tuple[float, Floats]:
        logits = points @ weights[:-1].astype(np.float32) + weights[-1]
        logits -= logits.max(axis=1, keepdims=True)
        powers = np.exp(logits)
        total = powers.sum(axis=1)
        cost = float(share @ (np.log(total) - logits[rows, labels]))
        slope = powers * (share / total)[:, None]
        slope[rows, labels] -= share
        gradient = np.vstack(
            [points.T @ slope.astype(np.float32) + penalty * weights[:-1], slope.sum(axis=0)]
        )
        return cost + penalty / 2 * float(np.vdot(weights[:-1], weights[:-1])), gradient

    begin = np.zeros((features.shape[1] + 1, classes))
    if start is not None:
        begin[:-1], begin[-1] = start.weight / scale, start.bias + mean @ start.weight
    found = minimised(objective, begin)
    weight = found[:-1] * scale
    return Head(weight, found[-1] - mean @ weight)


def minimised(objective: Objective, at: Floats, tolerance: float = _TOLERANCE) -> Floats:
    """The minimum of a smooth convex function (Liu and Nocedal 1989); steps are halved until they pay.

    Args:
        objective: its value and gradient.
        at: where to begin.
        tolerance: it ends once the largest derivative is below this, or after `_STEPS` steps.
    """
    value, gradient = objective(at)
    past: deque[tuple[Floats, Floats]] = deque(maxlen=_MEMORY)
    for _ in range(_STEPS):
        if float(np.abs(gradient).max()) <= tolerance:
            break
        direction = -_scaled(gradient, past)
        slope, length = float(np.vdot(gradient, direction)), 1.0
        while True:
            moved = at + length * direction
            new_value, new_gradient = objective(moved)
            if new_value <= value + 1e-4 * length * slope:
                break
            length /= 2
            if length < 1e-6:  # as exact as the numbers allow
                return at
        change, turn = moved - at, new_gradient - gradient
        if float(np.vdot(change, turn)) > 1e-14:
            past.append((change, turn))
        at, value, gradient = moved, new_value, new_gradient
    return at


def _scaled(gradient: Floats, past: deque[tuple[Floats, Floats]]) -> Floats:
    """The gradient times the inverse Hessian as the last steps tell it: the two-loop recursion."""
    found, shares = gradient.copy(), []
    for change, turn in reversed(past):
        shares.append(float(np.vdot(change, found) / np.vdot(change, turn)))
        found -= shares[-1] * turn
    if past:
        change, turn = past[-1]
        found *= np.vdot(change, turn) / np.vdot(turn, turn)
    for (change, turn), share in zip(past, reversed(shares), strict=True):
        found += change * (share - np.vdot(turn, found) / np.vdot(change, turn))
    return found
