"""Pictures that hardly show anything: dark, bright, blurred, empty, or of an odd shape. Knows no labels.

The limits are absolute, so that a picture is not called blurred for its neighbours being sharp. They call a
handful of CIFAR-10's pictures dark or bright, and a photograph that is blurred by 2 % of its side blurred.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Of 255. The brightest percent of a dark picture is below, the darkest twentieth of a bright one above.
DARK, BRIGHT = 80.0, 200.0
# Contrast of a picture that shows nothing: the standard deviation of its grey values, of 255.
EMPTY = 8.0
# The variance of the Laplacian over the variance of the grey values.
BLURRED = 0.03
# The long side over the short one.
LONG = 3.0
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


@dataclass(frozen=True)
class QualityProblem:
    """What is wrong with one picture: "dark", "bright", "empty" or "blurred"; the value that says so."""

    what: str
    value: float


def quality_problems(pictures: NDArray[np.uint8]) -> list[QualityProblem | None]:
    """The worst problem of each of the pictures uint8 `[N, H, W, 3]`; None for none.

    A picture that was enlarged is called blurred for that alone: give it as it is.
    """
    grey = pictures @ _LUMA
    flat = grey.reshape(len(grey), -1)
    dark_end, light_end = np.percentile(flat, [5, 99], axis=1)
    spread = flat.std(axis=1)
    inner = grey[:, 1:-1, 1:-1]
    laplacian = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:] - 4 * inner
    if inner.size:
        sharpness = laplacian.reshape(len(grey), -1).var(axis=1) / np.maximum(spread**2, 1)
    else:
        sharpness = np.full(len(grey), np.inf)  # narrower than three pixels: nothing can be said
    found: list[QualityProblem | None] = []
    for low, high, contrast, sharp in zip(dark_end, light_end, spread, sharpness, strict=True):
        if high < DARK:
            found.append(QualityProblem("dark", float(high)))
        elif low > BRIGHT:
            found.append(QualityProblem("bright", float(low)))
        elif contrast < EMPTY:
            found.append(QualityProblem("empty", float(contrast)))
        elif sharp < BLURRED:
            found.append(QualityProblem("blurred", float(sharp)))
        else:
            found.append(None)
    return found


def elongation(width: int, height: int) -> float:
    """The long side over the short one, 1 and more."""
    return max(width, height) / max(1, min(width, height))
