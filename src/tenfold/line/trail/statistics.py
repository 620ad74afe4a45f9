"""The figures of a line (yield, Pareto, p-chart), from the rows of a trail. Knows no file and no clock.

The p-chart is that of Shewhart as in Montgomery, Introduction to Statistical Quality Control: limits at three
standard deviations of the binomial around the mean share of rejects, for each group's own size.
"""

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from tenfold.line.parts import Verdict
from tenfold.line.trail.trail import JOB, Row
from tenfold.metrics import Share, share

_WRONGLY = "wrongly-rejected"


@dataclass(frozen=True)
class Subgroup:
    """Parts that came one after the other: the share that was rejected, 0 to 1, and its control limits."""

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
class Challenges:
    """The results of golden parts, whose verdict is known. last: when the last one was, ISO 8601 in UTC."""

    good: int = 0
    good_passed: int = 0
    bad: int = 0
    bad_rejected: int = 0
    last: str = ""


@dataclass(frozen=True)
class JobCount:
    """Parts of one order, batch or shift; `number` as the plant has it."""

    name: str
    number: int
    parts: int
    passed: int


@dataclass(frozen=True)
class Statistics:
    """Figures of a trail. Challenge parts count in `challenges` alone.

    Attributes:
        passed: parts that were released, and not rejected at the gate all the same.
        reasons: how many parts were not passed for each reason, the most frequent first.
        overkill: share of rejected parts that were looked at again and found good; None where none was.
        escape: share of passed parts that were looked at again and found bad; None where none was.
        challenges: None where there was none.
        verdict_ms: percentiles 50 and 99 and the largest time from photo-eye to verdict; empty without parts.
        groups: the p-chart.
        jobs: for each order, batch and shift, the newest first.
    """

    parts: int = 0
    passed: int = 0
    reasons: list[tuple[str, int]] = field(default_factory=list)
    overkill: Share | None = None
    escape: Share | None = None
    challenges: Challenges | None = None
    verdict_ms: tuple[float, float, float] | tuple[()] = ()
    groups: list[Subgroup] = field(default_factory=list)
    jobs: list[JobCount] = field(default_factory=list)

    @property
    def first_pass_yield(self) -> Share | None:
        """Share of parts that passed; None without parts."""
        return share(self.passed, self.parts) if self.parts else None


def statistics(rows: Iterable[Row], *, group: int = 100) -> Statistics:
    """Figures of a trail's rows, in order.

    Args:
        group: parts in each group of the p-chart; a last group of less than a quarter of it is left out.
    """
    # Why each part did not pass; None: it did. The strings are interned: there may be millions of parts.
    reasons: dict[int, str | None] = {}
    again: dict[int, bool] = {}
    challenges: dict[int, Row] = {}
    made: dict[int, tuple[int | None, ...]] = {}
    times = array("d")
    for row in rows:
        if row.part is None:
            continue
        if row.kind == "part":
            reasons[row.part] = None
            made[row.part] = tuple(row.body.get(name) for name in JOB)
            if "verdict_ms" in row.body:
                times.append(row.body["verdict_ms"])
        if row.part in reasons and (reason := not_passed(row)):
            reasons[row.part] = sys.intern(reason)
        if row.kind == "override":
            again[row.part] = row.body["verdict"] == Verdict.PASS
        elif row.kind == "challenge":
            challenges[row.part] = row
    for part in challenges:
        reasons.pop(part, None)
    passes = [reasons[part] is None for part in sorted(reasons)]
    why = Counter(reason for reason in reasons.values() if reason is not None)
    looked = [(reasons[part] is None, good) for part, good in again.items() if part in reasons]
    return Statistics(
        parts=len(reasons),
        passed=sum(passes),
        reasons=why.most_common(),
        overkill=_share([good for passed, good in looked if not passed]),
        escape=_share([not good for passed, good in looked if passed]),
        challenges=_challenges(challenges.values()) if challenges else None,
        verdict_ms=percentiles(times),
        groups=_p_chart(sorted(reasons), passes, group),
        jobs=[count for place in range(len(JOB)) for count in _job_counts(place, made, reasons)],
    )


def _job_counts(
    place: int, made: Mapping[int, Sequence[int | None]], reasons: Mapping[int, str | None]
) -> list[JobCount]:
    """Of that place in JOB, the number that came last first."""
    parts, passed = Counter[int](), Counter[int]()
    for part in sorted(reasons, reverse=True):
        if (number := made[part][place]) is not None:
            parts[number] += 1
            passed[number] += reasons[part] is None
    return [JobCount(JOB[place], number, count, passed[number]) for number, count in parts.items()]


def not_passed(row: Row) -> str | None:
    """Why a part did not pass, where a station's row says that; None where it says nothing of the kind."""
    if row.kind == "withheld" or (row.kind == "part" and row.body["verdict"] != Verdict.PASS):
        return str(row.body["reason"])
    # Released, but the gate rejected it, as while the camera was failing.
    return _WRONGLY if row.kind == "gate" and row.body.get("outcome") == _WRONGLY else None


def _share(answers: Sequence[bool]) -> Share | None:
    return share(sum(answers), len(answers)) if answers else None


def _challenges(rows: Iterable[Row]) -> Challenges:
    found = [(row.body["expected"] == "pass", row.body["verdict"] == "pass", row.at) for row in rows]
    good = [passed for expected, passed, _ in found if expected]
    bad = [passed for expected, passed, _ in found if not expected]
    return Challenges(len(good), sum(good), len(bad), len(bad) - sum(bad), max(at for _, _, at in found))


def percentiles(times: Sequence[float]) -> tuple[float, float, float] | tuple[()]:
    """The middle one of some times, that below which 99 % of them are, and the largest; empty without any."""
    if not times:
        return ()
    times = sorted(times)
    return times[len(times) // 2], times[min(len(times) - 1, int(0.99 * len(times)))], times[-1]


def _p_chart(numbers: Sequence[int], passes: Sequence[bool], size: int) -> list[Subgroup]:
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
        found.append(Subgroup(numbers[start], len(one), 1 - sum(one) / len(one), *limits))
    return found
