"""Which events a rule fires for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.cameras.rules.evaluate import (
    Rule,
    RuleState,
    Sighting,
    crosses,
    dwelt,
    evaluate,
    replay,
    within_hours,
)

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)  # a Wednesday
DOOR = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def event(number: int = 1, at: float = 0.0, seconds: float = 4.0, **changes: object) -> Sighting:
    start = NOON + timedelta(seconds=at)
    base = Sighting(number, 1, start, start + timedelta(seconds=seconds), "person", 0.9, ("door",))
    return replace(base, **changes)  # type: ignore[arg-type]


def said(rule: Rule, one: Sighting) -> str:
    return evaluate(rule, one, RuleState(), utc)[0]


@pytest.mark.parametrize(
    ("rule", "fits", "other", "why"),
    [
        (Rule(cameras=(1, 2)), {}, {"camera": 3}, "camera"),
        (Rule(classes=("person", "dog")), {}, {"label": "cat"}, "class"),
        (Rule(confidence=0.9), {}, {"confidence": 0.89}, "confidence"),
        (Rule(zones=("door", "gate")), {}, {"zones": ("lawn",)}, "zone"),
        (Rule(begin=time(11), end=time(13)), {}, {"start": NOON + timedelta(hours=1)}, "hours"),
        (Rule(days=(2,)), {}, {"start": NOON + timedelta(days=1)}, "hours"),
        (Rule(dwell=4), {}, {"end": NOON + timedelta(seconds=3.9)}, "dwell"),
    ],
)
def test_each_condition_has_to_be_met(
    rule: Rule, fits: dict[str, object], other: dict[str, object], why: str
) -> None:
    assert said(rule, event(**fits)) == ""  # type: ignore[arg-type]
    assert said(rule, event(**other)) == why  # type: ignore[arg-type]


def test_an_event_fires_once_however_often_it_changes() -> None:
    rule = Rule(dwell=3)
    answers, state = [], RuleState()
    for seconds in (1, 2, 3, 4, 9):
        refusal, state = evaluate(rule, event(seconds=seconds), state, utc)
        answers.append(refusal)
    assert answers == ["dwell", "dwell", "", "told", "told"]


def test_a_cool_down_begins_with_a_message_and_not_with_an_event_that_sent_none() -> None:
    rule = Rule(classes=("person",), cool_down=60)
    events = [
        event(1, 0),
        event(2, 50),
        event(3, 70),
        event(4, 100),
        event(5, 100, label="cat"),
        event(6, 140),
    ]
    assert [one.id for one in replay(rule, events, utc)] == [1, 3, 6]


def test_a_clock_that_was_set_back_does_not_silence_a_rule() -> None:
    rule, state = Rule(cool_down=60), RuleState()
    _, state = evaluate(rule, event(1, 0), state, utc)
    refusal, _ = evaluate(rule, event(2, -86400), state, utc)
    assert refusal == ""


def test_so_many_events_within_a_time() -> None:
    rule = Rule(count=3, within=60)
    events = [event(number, at) for number, at in enumerate((0, 50, 100, 105, 110, 115, 120), 1)]
    # Those of 50, 100 and 105 s are the first three within a minute; then it counts anew.
    assert [one.id for one in replay(rule, events, utc)] == [4, 7]


def test_an_event_that_changes_counts_once() -> None:
    rule, state = Rule(count=2), RuleState()
    for _ in range(3):
        refusal, state = evaluate(rule, event(1), state, utc)
        assert refusal == "count"


@pytest.mark.parametrize(
    ("begin", "end", "at", "inside"),
    [
        ("22:00", "06:00", "23:00", True),
        ("22:00", "06:00", "05:59", True),
        ("22:00", "06:00", "06:00", False),
        ("22:00", "06:00", "21:59", False),
        ("06:00", "22:00", "06:00", True),
        ("06:00", "22:00", "22:00", False),
        ("06:00", "06:00", "03:00", True),
    ],
)
def test_hours_may_go_over_midnight(begin: str, end: str, at: str, inside: bool) -> None:
    rule = Rule(begin=time.fromisoformat(begin), end=time.fromisoformat(end))
    moment = datetime.combine(NOON.date(), time.fromisoformat(at), UTC)
    assert within_hours(rule, moment, utc) is inside


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday = Rule(begin=time(22), end=time(6), days=(4,))
    night = datetime(2026, 7, 3, 23, tzinfo=UTC)
    assert within_hours(friday, night, utc)
    assert within_hours(friday, night + timedelta(hours=4), utc), "Saturday, 03:00"
    assert not within_hours(friday, night + timedelta(days=1), utc)
    assert not within_hours(friday, night - timedelta(hours=20), utc), "Friday, 03:00"


def test_hours_are_those_of_the_place_in_summer_and_in_winter() -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    local: Callable[[datetime], datetime] = lambda moment: moment.astimezone(kyiv)  # noqa: E731
    rule = Rule(begin=time(8), end=time(9))
    assert within_hours(rule, datetime(2026, 7, 1, 5, 30, tzinfo=UTC), local)
    assert within_hours(rule, datetime(2026, 12, 1, 6, 30, tzinfo=UTC), local)
    assert not within_hours(rule, datetime(2026, 12, 1, 5, 30, tzinfo=UTC), local)


def path(*points: tuple[float, float]) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(number), x, y) for number, (x, y) in enumerate(points))


UP = (0.5, 1.0, 0.5, 0.2)  # from the lower edge up: what goes to larger x goes to the right


def test_a_line_is_crossed_to_the_side_that_is_meant() -> None:
    there, back = path((0.2, 0.5), (0.8, 0.5)), path((0.8, 0.5), (0.2, 0.5))
    assert crosses(Rule(line=UP, direction="right"), there)
    assert not crosses(Rule(line=UP, direction="left"), there)
    assert crosses(Rule(line=UP, direction="left"), back)
    assert crosses(Rule(line=UP), there)
    assert crosses(Rule(line=UP), back)


def test_who_passes_beside_a_line_or_trembles_on_it_does_not_cross() -> None:
    assert not crosses(Rule(line=UP), path((0.2, 0.1), (0.8, 0.1)))
    assert not crosses(Rule(line=UP), path((0.496, 0.5), (0.504, 0.5), (0.496, 0.5)))
    assert not crosses(Rule(line=UP), path((0.2, 0.5), (0.504, 0.5), (0.3, 0.5)))
    assert crosses(Rule(line=UP), path((0.2, 0.5), (0.504, 0.5), (0.6, 0.5))), "a stop on the line"


def test_dwelling_in_a_zone_is_the_time_that_was_spent_in_it() -> None:
    looks = path((0.2, 0.5), (0.3, 0.5), (0.8, 0.5), (0.9, 0.5), (0.4, 0.5), (0.4, 0.5))
    one = event(path=looks, outlines={"door": DOOR}, seconds=5)
    assert dwelt(Rule(zones=("door",)), one) == 3
    assert dwelt(Rule(), one) == 5
    assert dwelt(Rule(zones=("gone",)), one) == 0


def test_what_stands_still_in_a_zone_stays_there_though_its_path_has_stopped() -> None:
    stopped = path((0.9, 0.5), (0.4, 0.5))
    assert dwelt(Rule(zones=("door",)), event(path=stopped, outlines={"door": DOOR}, seconds=31)) == 30
    assert dwelt(Rule(zones=("door",)), event(path=(), outlines={"door": DOOR}, seconds=31)) == 0


PARTS = st.floats(0, 1, allow_nan=False)
EVENTS = st.lists(
    st.tuples(st.floats(0, 3600), st.sampled_from(["person", "cat"]), st.floats(0, 1)), max_size=40
).map(
    lambda rows: [
        event(number, at, label=label, confidence=sure) for number, (at, label, sure) in enumerate(rows, 1)
    ]
)
RULES = st.builds(
    Rule,
    classes=st.sampled_from([(), ("person",)]),
    confidence=st.sampled_from([0.0, 0.5]),
    count=st.integers(1, 4),
    within=st.sampled_from([10.0, 600.0]),
    cool_down=st.sampled_from([0.0, 30.0, 900.0]),
)


@given(RULES, EVENTS)
def test_messages_are_a_cool_down_apart_each_about_another_event(rule: Rule, events: list[Sighting]) -> None:
    fired = replay(rule, events, utc)
    assert len({one.id for one in fired}) == len(fired)
    gaps = [(b.end - a.end).total_seconds() for a, b in pairwise(fired)]
    assert all(gap >= rule.cool_down for gap in gaps)
    assert all(one.confidence >= rule.confidence for one in fired)
    assert len(fired) <= len(events) // rule.count


@given(RULES, EVENTS)
def test_a_stricter_rule_without_memory_fires_less(rule: Rule, events: list[Sighting]) -> None:
    plain = replace(rule, count=1, cool_down=0.0)
    strict = replace(plain, confidence=0.8)
    every, some = ({one.id for one in replay(one, events, utc)} for one in (plain, strict))
    assert some <= every


@given(EVENTS, RULES)
def test_yesterday_asked_in_two_parts_is_the_same(events: list[Sighting], rule: Rule) -> None:
    """What a rule remembers is all that it needs: a restart in between changes nothing."""
    ordered = sorted(events, key=lambda one: (one.end, one.id))
    state, fired = RuleState(), []
    for one in ordered:
        refusal, state = evaluate(rule, one, RuleState(state.told, state.told_at, state.counted), utc)
        fired += [] if refusal else [one]
    assert fired == replay(rule, events, utc)


@given(PARTS, PARTS, PARTS, PARTS, st.lists(st.tuples(PARTS, PARTS), max_size=12))
def test_a_line_that_is_turned_round_is_crossed_to_the_other_side(
    ax: float, ay: float, bx: float, by: float, points: list[tuple[float, float]]
) -> None:
    way = path(*points)
    right = crosses(Rule(line=(ax, ay, bx, by), direction="right"), way)
    assert right is crosses(Rule(line=(bx, by, ax, ay), direction="left"), way)
    assert crosses(Rule(line=(ax, ay, bx, by)), way) is (
        right or crosses(Rule(line=(ax, ay, bx, by), direction="left"), way)
    )


@given(st.times(), st.times(), st.datetimes(timezones=st.just(UTC)))
def test_hours_and_their_opposite_are_the_whole_day(begin: time, end: time, moment: datetime) -> None:
    if begin == end:
        return
    one = within_hours(Rule(begin=begin, end=end), moment, utc)
    assert one is not within_hours(Rule(begin=end, end=begin), moment, utc)
