"""Axes of a chart: positions of values, and round ticks. Knows nothing of SVG."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field


def plain(value: float) -> str:
    """A number in its shortest readable form: 0.05, 12, 1,000."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.4g}"


def percent(value: float) -> str:
    """A share as a whole or short percentage."""
    return f"{value * 100:.4g} %"


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        title: what it measures, with its unit.
        low, high: the least and greatest value shown.
        ticks: the values that are named, in order.
        write: how a value is written.
        logarithmic: equal steps multiply; all values are above 0.
    """

    title: str
    low: float
    high: float
    ticks: tuple[float, ...]
    write: Callable[[float], str] = field(default=plain)
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where a value lies between low (0) and high (1); one outside lies at the end."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low)


def linear(
    title: str,
    low: float,
    high: float,
    write: Callable[[float], str] = plain,
    *,
    exact: bool = False,
    whole: bool = False,
) -> Axis:
    """An axis whose ticks are round numbers; it reaches out to the ticks unless it is `exact`.

    Args:
        whole: no ticks stand between whole numbers.
    """
    if high <= low:
        high = low + 1.0
    step = _round_step((high - low) / 3)
    if whole:
        step = max(step, 1.0)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if exact:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = tuple(round(n * step, 12) for n in range(first, last + 1))
    return Axis(title, *((low, high) if exact else (ticks[0], ticks[-1])), ticks, write)


def shares(title: str) -> Axis:
    """An axis from 0 to 100 %."""
    return linear(title, 0.0, 1.0, percent)


def logarithmic(title: str, high: float) -> Axis:
    """An axis of counts from just below 1, so that a count of 1 can be seen."""
    decades = max(1, math.ceil(math.log10(max(high, 1.0))))
    ticks = tuple(10.0**n for n in range(decades + 1))
    return Axis(title, 0.6, ticks[-1], ticks, logarithmic=True)


def _round_step(most: float) -> float:
    """The greatest of 1, 2, 5 times a power of ten that is not above `most`."""
    power = 10.0 ** math.floor(math.log10(most) + 1e-9)
    return next(step * power for step in (5, 2, 1) if step * power <= most * (1 + 1e-9))
