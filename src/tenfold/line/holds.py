"""Holds, during which parts are judged but none is released: challenge parts, the first parts of a recipe.

Challenge parts are golden good and bad ones, run at the start of a shift and after a change of recipe: parts
are released only if each got the expected verdict. What was done is read from the trail, so it survives a
restart of the station.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from tenfold.errors import LineError
from tenfold.line.parts import Event, HoldBegan, HoldEnded, Reason, Verdict
from tenfold.line.trail.trail import Row, Trail

# Adjustments of the clock by less than this are ignored.
_EARLIEST = timedelta(minutes=-1)


@dataclass(frozen=True)
class ChallengeRule:
    """Parts whose verdict is known, which have to be run before a station releases any.

    Attributes:
        good, bad: how many of each.
        hours: for how long a challenge is valid; a shift.
    """

    good: int
    bad: int
    hours: float = 8.0

    def __post_init__(self) -> None:
        if self.good < 0 or self.bad < 1 or not 0 < self.hours <= 24 * 31:
            raise LineError(
                "Challenge parts",
                "cannot be required like this",
                received=f"{self.good} good, {self.bad} bad, every {self.hours:g} hours",
                cure="At least one bad part, and at most 744 hours.",
                reason="challenge-rule",
            )

    def check(self, expected: Sequence[bool]) -> None:
        """Raise LineError where these are too few parts."""
        good = sum(expected)
        if good < self.good or len(expected) - good < self.bad:
            raise LineError(
                "The challenge parts",
                "are too few",
                received=f"{good} good, {len(expected) - good} bad",
                cure=f"At least {self.good} good and {self.bad} bad ones.",
                reason="challenge-parts",
                params={"good": self.good, "bad": self.bad},
            )


class Desk(Protocol):
    """Carries out what `Holds` decides: a station."""

    def tell(self, event: Event) -> None:
        """Hand an event to the state machine."""

    def write(self, kind: Literal["recipe", "challenge"], body: Mapping[str, Any], part: int | None) -> None:
        """Have a row written."""

    def now(self) -> datetime:
        """The time of day."""


class Holds:
    """What a station waits for before it releases parts. Not thread-safe.

    Args:
        rule: None: no challenge is needed.
        first_parts: how many parts after a change of recipe wait for approval; 0: none.
    """

    def __init__(self, desk: Desk, trail: Trail, rule: ChallengeRule | None, first_parts: int) -> None:
        self._desk, self._trail, self._rule, self._first_parts = desk, trail, rule, first_parts
        self._facts: dict[str, Any] = {}
        self._passed_at: datetime | None = None
        self._after, self._expected, self._right = 0, list[bool](), dict[int, bool]()
        self._by = ""
        self.first_parts = 0

    @property
    def challenge(self) -> list[bool | None]:
        """Of a challenge that runs, whether each part's verdict was right, in order; None: yet to come."""
        return [self._right.get(self._after + 1 + place) for place in range(len(self._expected))]

    def use(self, facts: Mapping[str, Any], name: str) -> None:
        """Another recipe, or the first one of this run; facts: `model`, and `recipe`: number and version."""
        self._facts, self._expected = dict(facts), []
        last = self._trail.last_challenge()
        self._passed_at = datetime.fromisoformat(last.at) if last and self._same(last) else None
        used = self._trail.last_of("recipe")
        known = used is not None and self._same(used)
        self.first_parts = 0 if used is not None and known and used.body["released"] else self._first_parts
        if not known:
            self._desk.write("recipe", self._facts | {"name": name, "released": not self.first_parts}, None)
        self._hold("first-parts", self.first_parts > 0)
        self._hold("challenge", self._due())

    def clock_set(self, seconds: float) -> None:
        """The computer's clock was set forward by `seconds`: correct the age of the last challenge."""
        if self._passed_at is not None:
            self._passed_at += timedelta(seconds=seconds)

    def tend(self) -> None:
        """Ask for challenge parts where a shift has passed since the last ones."""
        if self._due():
            self._hold("challenge", True)

    def begin_challenge(self, expected: Sequence[bool], *, after: int, by: str) -> None:
        """The parts after part `after` are challenge parts; True: good. Raises LineError: too few."""
        if self._rule is not None:
            self._rule.check(expected)
        self._after, self._expected, self._right, self._by = after, list(expected), {}, by
        self._hold("challenge", True)

    def settle_first_parts(self, *, by: str, refused: str = "") -> None:
        """The first parts after a change of recipe are as they should be: release from here on.

        Args:
            refused: why they are not; as many more wait for somebody's approval then.
        """
        if not self.first_parts:
            return
        self.first_parts = self._first_parts if refused else 0
        said = {"released": not refused, "by": by} | ({"reason": refused} if refused else {})
        self._desk.write("recipe", self._facts | said, None)
        self._hold("first-parts", bool(refused))

    def recorded(self, part: int, judged: Verdict | None) -> None:
        """A part's row is to be written; `judged`: the verdict that was reached, None: none in time."""
        if judged is not None and self.first_parts > 1:
            self.first_parts -= 1  # the last one stays until somebody approves
        place = part - self._after - 1
        if not 0 <= place < len(self._expected):
            return
        expected = Verdict.PASS if self._expected[place] else Verdict.REJECT
        got = Verdict.PASS if judged is Verdict.PASS else Verdict.REJECT
        # A bad part that was rejected because the model was too slow proves nothing.
        self._right[part] = judged is not None and got is expected
        body = {"expected": expected, "verdict": got, "right": self._right[part]}
        self._desk.write("challenge", body, part)
        if len(self._right) == len(self._expected):
            self._end_challenge()

    def _end_challenge(self) -> None:
        passed = all(self._right.values())
        self._expected = []
        self._desk.write("challenge", self._facts | {"passed": passed, "by": self._by}, None)
        if passed:
            self._passed_at = self._desk.now()
        self._hold("challenge", not passed)

    def _due(self) -> bool:
        if self._rule is None:
            return False
        if self._passed_at is None:
            return True
        since = self._desk.now() - self._passed_at
        # Challenges dated in the future were recorded with a wrong clock, before this run.
        return not _EARLIEST <= since < timedelta(hours=self._rule.hours)

    def _hold(self, reason: Reason, hold: bool) -> None:
        moment = time.monotonic()
        self._desk.tell(HoldBegan(reason, moment) if hold else HoldEnded(reason, moment))

    def _same(self, row: Row) -> bool:
        return all(row.body.get(name) == value for name, value in self._facts.items())
