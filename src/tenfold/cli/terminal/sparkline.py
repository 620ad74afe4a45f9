"""A curve in one line of text. Knows nothing of what the numbers are."""

import math
from collections.abc import Sequence
from itertools import pairwise

BLOCKS = "▁▂▃▄▅▆▇█"
# For a terminal whose encoding has no blocks.
PLAIN = "_.-~=+*#"


def sparkline(values: Sequence[float | None], columns: int, encoding: str | None = "utf-8") -> str:
    """The values from left to right, the least as the lowest mark and the greatest as the highest.

    Args:
        values: None and what is not a finite number leave a gap.
        columns: the most columns; more values are averaged in neighbouring groups.
        encoding: what the terminal writes; without block characters it gets plain ones.
    """
    shown = _grouped([v if v is not None and math.isfinite(v) else None for v in values], columns)
    known = [v for v in shown if v is not None]
    if not known:
        return ""
    low, high, marks = min(known), max(known), _marks(encoding)
    return "".join(" " if v is None else marks[_step(v, low, high, len(marks))] for v in shown)


def _step(value: float, low: float, high: float, steps: int) -> int:
    if high == low:
        return steps // 2
    return min(steps - 1, int((value - low) / (high - low) * steps))


def _grouped(values: list[float | None], columns: int) -> list[float | None]:
    if len(values) <= columns:
        return values
    edges = [round(i * len(values) / columns) for i in range(columns + 1)]
    return [_mean(values[start:end]) for start, end in pairwise(edges)]


def _mean(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def _marks(encoding: str | None) -> str:
    try:
        BLOCKS.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return BLOCKS
