"""No part passes unjudged: the rule of the line over every order of events."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenfold.line.inspection import Inspection
from tenfold.line.parts import (
    Action,
    Alarm,
    Event,
    FaultBegan,
    FaultEnded,
    HoldBegan,
    HoldEnded,
    Inspect,
    Judged,
    Record,
    Recorded,
    Release,
    Spoiled,
    TimePassed,
    Triggered,
    Verdict,
    Withhold,
)

DEADLINE = 1.0
PASS, REJECT = Verdict.PASS, Verdict.REJECT


def run(*events: Event, most: int = 8) -> list[Action]:
    machine = Inspection(deadline=DEADLINE, most=most)
    return [action for event in events for action in machine.handle(event)]


def test_a_good_part_is_released_after_its_row_is_on_the_disk() -> None:
    done = run(Triggered(1, 0.0), Judged(1, PASS, "good", 0.5), Recorded(1, 0.6))
    assert done == [Inspect(1, DEADLINE), Record(1, PASS, "good"), Release(1)]


def test_a_bad_part_is_recorded_and_never_released() -> None:
    done = run(Triggered(1, 0.0), Judged(1, REJECT, "wrong-class", 0.5), Recorded(1, 0.6))
    assert done == [Inspect(1, DEADLINE), Record(1, REJECT, "wrong-class")]


def test_a_verdict_after_the_deadline_is_a_rejection() -> None:
    done = run(Triggered(1, 0.0), Judged(1, PASS, "good", 1.1), Recorded(1, 1.2))
    assert done == [Inspect(1, DEADLINE), Record(1, REJECT, "late"), Alarm("late", 1)]


def test_a_pass_whose_row_comes_too_late_is_withheld() -> None:
    done = run(Triggered(1, 0.0), Judged(1, PASS, "good", 0.9), Recorded(1, 1.1))
    assert done[1:] == [Record(1, PASS, "good"), Withhold(1, "late"), Alarm("late", 1)]


def test_a_fault_rejects_what_is_under_way_and_what_comes_until_it_ends() -> None:
    done = run(
        Triggered(1, 0.0),
        Judged(1, PASS, "good", 0.1),
        Triggered(2, 0.2),
        FaultBegan("camera", 0.3),
        Recorded(1, 0.4),
        Judged(2, PASS, "good", 0.4),
        Triggered(3, 0.5),
        FaultEnded("camera", 0.6),
        Triggered(4, 0.7),
    )
    assert [action for action in done if not isinstance(action, Inspect)] == [
        Record(1, PASS, "good"),
        Alarm("camera"),
        Withhold(1, "camera"),
        Record(2, REJECT, "camera"),
        Record(3, REJECT, "camera"),
    ]
    assert done[-1] == Inspect(4, 1.7)


def test_one_part_more_than_can_be_waited_for_is_rejected() -> None:
    done = run(Triggered(1, 0.0), Triggered(2, 0.0), most=1)
    assert done[1:] == [Record(2, REJECT, "queue-full"), Alarm("queue-full", 2)]


def test_parts_whose_trigger_was_missed_are_recorded() -> None:
    done = run(Triggered(1, 0.0), Triggered(4, 0.1))
    assert [one for one in done if isinstance(one, Record)] == [
        Record(2, REJECT, "missed-trigger"),
        Record(3, REJECT, "missed-trigger"),
    ]


def test_a_clock_that_goes_back_gives_nobody_more_time() -> None:
    done = run(Triggered(1, 100.0), TimePassed(101.5), Judged(1, PASS, "good", 5.0), Recorded(1, 5.1))
    assert not any(isinstance(one, Release) for one in done)


def test_a_part_that_cannot_be_told_from_its_neighbour_is_rejected_in_every_state() -> None:
    done = run(
        Triggered(1, 0.0),
        Judged(1, PASS, "good", 0.1),
        Triggered(2, 0.1),
        Spoiled(1, "too-close", 0.2),
        Spoiled(2, "too-close", 0.2),
        Recorded(1, 0.3),
        Judged(2, PASS, "good", 0.3),
    )
    assert done[3:] == [Withhold(1, "too-close"), Record(2, REJECT, "too-close")]


def test_while_parts_are_held_they_are_judged_and_none_is_released() -> None:
    done = run(
        Triggered(1, 0.0),
        Judged(1, PASS, "good", 0.1),
        HoldBegan("challenge", 0.2),
        Recorded(1, 0.3),
        Triggered(2, 0.3),
        Judged(2, PASS, "good", 0.4),
        Triggered(3, 0.5),
        HoldEnded("challenge", 0.6),
        Judged(3, PASS, "good", 0.7),
        Triggered(4, 0.8),
        Judged(4, PASS, "good", 0.9),
    )
    assert [action for action in done if not isinstance(action, Inspect)] == [
        Record(1, PASS, "good"),
        Withhold(1, "challenge"),
        Record(2, REJECT, "challenge"),
        Record(3, REJECT, "challenge"),  # it came while parts were held
        Record(4, PASS, "good"),
    ]


PARTS = st.integers(1, 5)
TIMES = st.floats(0, 6, allow_nan=False)
FAULTS = st.sampled_from(["camera", "model", "plc"])
HOLDS = st.sampled_from(["challenge", "first-parts"])
EVENTS = st.one_of(
    st.builds(Triggered, PARTS, TIMES),
    st.builds(Judged, PARTS, st.just(PASS), st.just("good"), TIMES),
    st.builds(Judged, PARTS, st.just(REJECT), st.just("wrong-class"), TIMES),
    st.builds(Recorded, PARTS, TIMES),
    st.builds(Spoiled, PARTS, st.just("too-close"), TIMES),
    st.builds(FaultBegan, FAULTS, TIMES),
    st.builds(FaultEnded, FAULTS, TIMES),
    st.builds(HoldBegan, HOLDS, TIMES),
    st.builds(HoldEnded, HOLDS, TIMES),
    st.builds(TimePassed, TIMES),
)


class Checker:
    """Follows the events by itself, and says of each release whether it was allowed."""

    def __init__(self) -> None:
        self.now = float("-inf")
        self.triggered: dict[int, float] = {}
        self.passed: set[int] = set()
        self.faults: set[str] = set()
        self.holds: set[str] = set()
        self.held: set[int] = set()
        self.told: dict[int, list[Action]] = {}

    def see(self, event: Event, actions: list[Action]) -> None:
        self.now = max(self.now, event.at)
        match event:
            case Triggered(part):
                self.triggered.setdefault(part, self.now)
                self.held |= {part} if self.holds else set()
            case HoldBegan(reason):
                self.holds.add(reason)
                self.held |= self.triggered.keys()
            case HoldEnded(reason):
                self.holds.discard(reason)
            case FaultBegan(fault):
                self.faults.add(fault)
            case FaultEnded(fault):
                self.faults.discard(fault)
            case _:
                pass
        for action in actions:
            match action:
                case Record(part) | Withhold(part) | Release(part):
                    self.told.setdefault(part, []).append(action)
                case _:
                    pass
            if isinstance(action, Release):
                assert isinstance(event, Recorded)
                assert event.part == action.part, "only by its own row"
                assert self.now <= self.triggered[action.part] + DEADLINE, "in time"
                assert not self.faults, "nothing fails"
                assert action.part not in self.held, "nothing was waited for"
                assert action.part in self.passed, "judged good before"
        if isinstance(event, Judged) and event.verdict is PASS and event.part in self.triggered:
            self.passed.add(event.part)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(st.lists(EVENTS, max_size=40), st.integers(1, 3))
def test_whatever_the_order_no_part_passes_unjudged_and_every_part_has_its_row(
    events: list[Event], most: int
) -> None:
    machine, checker = Inspection(deadline=DEADLINE, most=most), Checker()
    last = 0
    for event in events:
        if isinstance(event, Triggered):
            if event.part <= last:
                continue
            last = event.part
        checker.see(event, machine.handle(event))
    checker.see(end := TimePassed(100.0), machine.handle(end))
    assert machine.waiting == 0
    for part in checker.triggered:
        told = checker.told[part]
        kinds = [type(one) for one in told]
        assert kinds in ([Record], [Record, Release], [Record, Withhold]), kinds
        assert isinstance(told[0], Record)
        assert (told[0].verdict is PASS) == (len(told) == 2)
