"""Whether one model is better than another on the same pictures. Works on counts; knows nothing of models.

Two models that answered the same pictures are compared by the pictures on which they differ in being right:
the others say nothing about which is better.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics


@dataclass(frozen=True)
class Paired:
    """How often two models were right and wrong together, and apart, on the same pictures."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def n(self) -> int:
        """How many pictures there were."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def difference(self) -> float:
        """The second's accuracy minus the first's, -1 to 1."""
        return (self.only_second - self.only_first) / self.n


def paired(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Paired:
    """Count the four cases.

    Args:
        first, second: bool `[N]`, whether the model was right, for the same pictures in the same order.

    Raises:
        ValueError: there are no pictures, or not the same number.
    """
    if first.shape != second.shape or not first.size:
        raise ValueError(f"Two models need the same pictures, got {first.size} and {second.size}.")
    return Paired(
        both=int((first & second).sum()),
        only_first=int((first & ~second).sum()),
        only_second=int((~first & second).sum()),
        neither=int((~first & ~second).sum()),
    )


def difference_interval(counts: Paired) -> tuple[float, float]:
    """The 95 % interval of the difference of two accuracies on the same pictures, -1 to 1.

    Newcombe 1998, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17, method 10: two Wilson intervals, added as squares, less what the
    two models have in common. It stays within -1 to 1 and does not shrink to nothing where they always agree.
    """
    first = metrics.share(counts.both + counts.only_first, counts.n)
    second = metrics.share(counts.both + counts.only_second, counts.n)
    common = _correlation(counts)
    down, up = second.value - second.low, first.high - first.value
    low = counts.difference - math.sqrt(max(0.0, down**2 - 2 * common * down * up + up**2))
    up, down = second.high - second.value, first.value - first.low
    high = counts.difference + math.sqrt(max(0.0, up**2 - 2 * common * up * down + down**2))
    return low, high


def _correlation(counts: Paired) -> float:
    """How much the two are right on the same pictures, -1 to 1, with Newcombe's correction for continuity."""
    right_first, right_second = counts.both + counts.only_first, counts.both + counts.only_second
    margins = right_first * (counts.n - right_first) * right_second * (counts.n - right_second)
    if not margins:
        return 0.0
    together: float = counts.both * counts.neither - counts.only_first * counts.only_second
    if together > 0:
        together = max(0.0, together - counts.n / 2)
    return together / math.sqrt(margins)


def mcnemar(counts: Paired) -> float:
    """McNemar's test (1947) of "both are right equally often", as the mid-p value, 0 to 1.

    The exact binomial test over the pictures where the two differ, with half of the probability of what was
    observed: Fagerland, Lydersen and Laake 2013 (BMC Medical Research Methodology 13:91) recommend it,
    because the exact test is too cautious.
    """
    fewer, apart = min(counts.only_first, counts.only_second), counts.only_first + counts.only_second
    if not apart:
        return 1.0
    tail = sum(_half_binomial(k, apart) for k in range(fewer + 1))
    return min(1.0, 2 * tail - _half_binomial(fewer, apart))


def _half_binomial(k: int, n: int) -> float:
    """The probability of k heads in n throws of a fair coin."""
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways - n * math.log(2))


def holm(values: Sequence[float]) -> list[float]:
    """P-values of several tests, raised so that the chance of any false alarm is held (Holm 1979)."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    raised, least = [0.0] * len(values), 0.0
    for place, index in enumerate(order):
        least = max(least, min(1.0, (len(values) - place) * values[index]))
        raised[index] = least
    return raised


def chance(p: float) -> str:
    """A p-value for people: 0.034, below 0.0001."""
    if p < 0.0001:
        return "< 0.0001"
    return f"{p:.{max(2, 1 - math.floor(math.log10(p)))}f}"
