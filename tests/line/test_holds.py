"""Challenge parts and first parts: nothing is released before they were as they should be."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from tenfold.errors import LineError
from tenfold.line.holds import ChallengeRule, Holds
from tenfold.line.parts import Event, HoldBegan, HoldEnded, Verdict
from tenfold.line.trail.trail import Trail, TrailEntry

PASS, REJECT = Verdict.PASS, Verdict.REJECT
FACTS = {"model": "abc", "recipe": [1, 1]}
OTHER = {"model": "abc", "recipe": [1, 2]}


class Desk:
    """A station that notes what it is told."""

    def __init__(self, trail: Trail) -> None:
        self.trail, self.holds = trail, set[str]()
        self.moment = datetime(2026, 11, 29, 6, tzinfo=UTC)

    def tell(self, event: Event) -> None:
        match event:
            case HoldBegan(reason):
                self.holds.add(reason)
            case HoldEnded(reason):
                self.holds.discard(reason)

    def write(self, kind: Literal["recipe", "challenge"], body: Mapping[str, Any], part: int | None) -> None:
        self.trail.append([TrailEntry(kind, self.now().isoformat(), body, part)])

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Trail(tmp_path / "trail.db") as trail:
        yield Desk(trail)


def started(desk: Desk, rule: ChallengeRule | None = None, first_parts: int = 0) -> Holds:
    desk.holds.clear()
    found = Holds(desk, desk.trail, rule, first_parts)
    found.use(FACTS, "caps")
    return found


def run(holds: Holds, first: int, *verdicts: Verdict | None) -> None:
    for part, verdict in enumerate(verdicts, first):
        holds.recorded(part, verdict)


def test_a_station_waits_for_challenge_parts_until_all_got_their_verdicts(desk: Desk) -> None:
    holds = started(desk, ChallengeRule(good=1, bad=2))
    assert desk.holds == {"challenge"}
    holds.begin_challenge([True, False, False], after=10, by="Olha")
    run(holds, 11, PASS, REJECT)
    assert holds.challenge == [True, True, None]
    run(holds, 13, REJECT)
    assert desk.holds == set()
    *parts, end = [row.body for row in desk.trail.rows(kind="challenge")]
    told = [(one["expected"], one["verdict"]) for one in parts]
    assert told == [("pass", "pass"), ("reject", "reject"), ("reject", "reject")]
    assert end == FACTS | {"passed": True, "by": "Olha"}


@pytest.mark.parametrize("verdicts", [(PASS, PASS, REJECT), (REJECT, REJECT, REJECT), (PASS, None, REJECT)])
def test_a_wrong_verdict_or_one_that_came_too_late_keeps_the_station_waiting(
    desk: Desk, verdicts: tuple[Verdict | None, ...]
) -> None:
    holds = started(desk, ChallengeRule(good=1, bad=2))
    holds.begin_challenge([True, False, False], after=0, by="Olha")
    run(holds, 1, *verdicts)
    assert desk.holds == {"challenge"}
    run(holds, 4, PASS, REJECT, REJECT)
    assert desk.holds == {"challenge"}, "parts that nobody announced are no challenge"
    holds.begin_challenge([True, False, False], after=6, by="Olha")
    run(holds, 7, PASS, REJECT, REJECT)
    assert desk.holds == set()


def test_fewer_parts_than_the_rule_asks_for_are_refused(desk: Desk) -> None:
    holds = started(desk, ChallengeRule(good=1, bad=2))
    with pytest.raises(LineError, match=r"too few \(1 good, 1 bad\)"):
        holds.begin_challenge([True, False], after=0, by="Olha")
    with pytest.raises(LineError, match="cannot be required"):
        ChallengeRule(good=1, bad=0)


def test_challenge_parts_hold_for_a_shift_and_for_one_recipe_across_restarts(desk: Desk) -> None:
    rule = ChallengeRule(good=0, bad=1, hours=8)
    holds = started(desk, rule)
    holds.begin_challenge([False], after=0, by="Olha")
    run(holds, 1, REJECT)
    desk.moment += timedelta(hours=7)
    again = started(desk, rule)
    assert desk.holds == set()
    again.use(OTHER, "caps")
    assert desk.holds == {"challenge"}, "another version of the recipe"
    again.use(FACTS, "caps")
    assert desk.holds == set()
    desk.moment += timedelta(hours=1)
    again.tend()
    assert desk.holds == {"challenge"}, "another shift"


@pytest.mark.parametrize("step", [timedelta(hours=-3), timedelta(hours=3)])
def test_a_shift_is_as_long_as_it_is_where_the_clock_is_set_in_it(desk: Desk, step: timedelta) -> None:
    holds = started(desk, ChallengeRule(good=0, bad=1, hours=8))
    holds.begin_challenge([False], after=0, by="Olha")
    run(holds, 1, REJECT)
    desk.moment += step
    holds.clock_set(step.total_seconds())
    desk.moment += timedelta(hours=7)
    holds.tend()
    assert desk.holds == set()
    desk.moment += timedelta(hours=1)
    holds.tend()
    assert desk.holds == {"challenge"}


def test_challenge_parts_of_a_time_to_come_hold_for_nothing(desk: Desk) -> None:
    """They were passed while the clock was wrong; it was set while the station was off."""
    rule = ChallengeRule(good=0, bad=1, hours=8)
    holds = started(desk, rule)
    holds.begin_challenge([False], after=0, by="Olha")
    run(holds, 1, REJECT)
    desk.moment -= timedelta(days=2)
    started(desk, rule)
    assert desk.holds == {"challenge"}


def test_first_parts_of_a_recipe_wait_for_approval_also_across_restarts(desk: Desk) -> None:
    holds = started(desk, first_parts=2)
    assert (desk.holds, holds.first_parts) == ({"first-parts"}, 2)
    run(holds, 1, PASS, PASS, PASS)
    assert (desk.holds, holds.first_parts) == ({"first-parts"}, 1), "parts alone approve nothing"
    holds = started(desk, first_parts=2)
    assert desk.holds == {"first-parts"}
    run(holds, 4, PASS, PASS)
    holds.settle_first_parts(by="Ivan", refused="the label is askew")
    assert (desk.holds, holds.first_parts) == ({"first-parts"}, 2), "as many wait again"
    refused = desk.trail.last_of("recipe")
    assert refused is not None
    assert refused.body == FACTS | {"released": False, "by": "Ivan", "reason": "the label is askew"}
    holds.settle_first_parts(by="Ivan")
    assert desk.holds == set()
    assert [row.body["released"] for row in desk.trail.rows(kind="recipe")] == [False, False, True]
    holds = started(desk, first_parts=2)
    assert desk.holds == set()
    holds.use(OTHER, "caps")
    assert desk.holds == {"first-parts"}
