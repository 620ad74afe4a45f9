"""What people run a line by, from the rows of a trail. Knows no file and no clock.

The p-chart is that of Shewhart as in Montgomery, Introduction to Statistical Quality Control: limits at three
standard deviations of the binomial around the mean share of rejects, for each group's own size.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt

from tenfold.line.trail import Row


@dataclass(frozen=True)
class Group:
    """Parts that came one after the other.

    Attributes:
        rejects: share of them that was rejected, 0 to 1.
        low: lower control limit.
        high: upper control limit.
    """

    first: int
    parts: int
    rejects: float
    low: float
    high: float

    @property
    def outside(self) -> bool:
        """Whether the share is beyond what chance explains: look for a cause."""
        return not self.low <= self.rejects <= self.high


@dataclass(frozen=True)
class Statistics:
    """Figures of a trail.

    Attributes:
        passed: parts whose verdict was a pass that was not withheld.
        reasons: how many parts were not passed for each reason, the most frequent first.
        overkill: share of rejected parts that were looked at again and found good; None where none was.
        escape: share of passed parts that were looked at again and found bad; None where none was.
        verdict_ms: percentiles 50 and 99 and the largest time from photo-eye to verdict; empty without parts.
        groups: the p-chart.
    """

    parts: int = 0
    passed: int = 0
    reasons: list[tuple[str, int]] = field(default_factory=list)
    overkill: float | None = None
    escape: float | None = None
    verdict_ms: tuple[float, float, float] | tuple[()] = ()
    groups: list[Group] = field(default_factory=list)

    @property
    def first_pass_yield(self) -> float | None:
        """Share of parts that passed; None without parts."""
        return self.passed / self.parts if self.parts else None


def statistics(rows: Iterable[Row], *, group: int = 100) -> Statistics:
    """Figures of a trail's rows, in order.

    Args:
        group: parts in each group of the p-chart; a last group of less than a quarter of it is left out.
    """
    verdicts: dict[int, str] = {}
    reasons: dict[int, str] = {}
    again: dict[int, str] = {}
    times: list[float] = []
    for row in rows:
        if row.part is None:
            continue
        if row.kind == "part":
            verdicts[row.part], reasons[row.part] = row.body["verdict"], row.body["reason"]
            times += [float(row.body["verdict_ms"])] if "verdict_ms" in row.body else []
        elif row.kind == "withheld" and row.part in verdicts:
            verdicts[row.part], reasons[row.part] = "reject", row.body["reason"]
        elif row.kind == "override":
            again[row.part] = row.body["verdict"]
    passes = [verdicts[part] == "pass" for part in sorted(verdicts)]
    why = Counter(reasons[part] for part, verdict in verdicts.items() if verdict != "pass")
    return Statistics(
        parts=len(verdicts),
        passed=sum(passes),
        reasons=why.most_common(),
        overkill=_share([again[part] == "pass" for part in again if verdicts.get(part) != "pass"]),
        escape=_share([again[part] != "pass" for part in again if verdicts.get(part) == "pass"]),
        verdict_ms=percentiles(times),
        groups=_p_chart(sorted(verdicts), passes, group),
    )


def _share(answers: Sequence[bool]) -> float | None:
    return sum(answers) / len(answers) if answers else None


def percentiles(times: Sequence[float]) -> tuple[float, float, float] | tuple[()]:
    """The middle one of some times, that below which 99 % of them are, and the largest; empty without any."""
    if not times:
        return ()
    times = sorted(times)
    return times[len(times) // 2], times[min(len(times) - 1, int(0.99 * len(times)))], times[-1]


def _p_chart(numbers: Sequence[int], passes: Sequence[bool], size: int) -> list[Group]:
    if not passes:
        return []
    mean = 1 - sum(passes) / len(passes)
    found = []
    for start in range(0, len(passes), size):
        one = passes[start : start + size]
        if len(one) < size / 4 and start:
            break
        spread = 3 * sqrt(mean * (1 - mean) / len(one))
        limits = max(0.0, mean - spread), min(1.0, mean + spread)
        found.append(Group(numbers[start], len(one), 1 - sum(one) / len(one), *limits))
    return found
