"""Evaluates rules: which events are worth a message. Knows no clock, no table, no destination.

A rule is asked about an event whenever it changes, and fires once for it at most. Times are those of the
events, so that the same code says what a rule would have done yesterday.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Literal

Point = tuple[float, float]
# A moment by the clock of the place, whatever its summer time.
Local = Callable[[datetime], datetime]
Direction = Literal["any", "left", "right"]
# Why a rule did not fire; "": it fired.
Refusal = Literal[
    "", "camera", "class", "confidence", "zone", "hours", "line", "dwell", "count", "cool-down", "told"
]
# Nearer to a line, in parts of the picture, an object is on neither side of it.
_ON_THE_LINE = 0.01
# How many events are remembered as reported.
_REMEMBERED = 200


@dataclass(frozen=True)
class Sighting:
    """The facts of an event that rules use.

    Attributes:
        start, end: when it began, and when it was last seen; with a time zone.
        confidence: 0 to 1.
        zones: the names of those that it was in.
        path: seconds since the start, and where it stood, in parts of the picture's width and height.
        outlines: the corners of the camera's zones, by name.
    """

    id: int
    camera: int
    start: datetime
    end: datetime
    label: str
    confidence: float
    zones: tuple[str, ...] = ()
    path: tuple[tuple[float, float, float], ...] = ()
    outlines: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """Conditions, all of which an event has to meet; what is empty or 0 asks for nothing.

    Attributes:
        classes: one of them.
        zones: it was in one of them.
        confidence: at least so sure, 0 to 1.
        begin, end: the time of day from and until which it counts, by the clock of the place; an end before
            the beginning is on the next day.
        days: days of the week, 0 is Monday, on which those hours begin.
        dwell: seconds that it was there: in the rule's zones where it has some, else in the picture.
        line: x and y of two points, in parts of the picture, between which it crossed.
        direction: to which side of the line it crossed, as one looks from the first point to the second.
        count: how many events within `within` seconds are needed.
        cool_down: seconds after a message in which there is no other.
    """

    cameras: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    confidence: float = 0.0
    begin: time | None = None
    end: time | None = None
    days: tuple[int, ...] = ()
    dwell: float = 0.0
    line: tuple[float, float, float, float] | None = None
    direction: Direction = "any"
    count: int = 1
    within: float = 60.0
    cool_down: float = 0.0


@dataclass(frozen=True)
class RuleState:
    """What a rule remembers.

    Attributes:
        told: the ids of the last events that it fired for.
        told_at: when it last fired, by the time of the event.
        counted: the events that met all conditions but the count since then, and when.
    """

    told: tuple[int, ...] = ()
    told_at: datetime | None = None
    counted: tuple[tuple[int, datetime], ...] = ()


def evaluate(rule: Rule, event: Sighting, state: RuleState, local: Local) -> tuple[Refusal, RuleState]:
    """Ask a rule about an event.

    Args:
        local: a moment by the clock by which the hours are meant.

    Returns:
        why it does not fire, "" where it does; and what it remembers from now on.
    """
    if event.id in state.told:
        return "told", state
    refusal = _unmet(rule, event, local)
    if refusal:
        return refusal, state
    state = replace(state, counted=_counted(rule, event, state))
    if len(state.counted) < rule.count:
        return "count", state
    if state.told_at is not None:
        # Also where a clock was set back meanwhile.
        since = abs((event.end - state.told_at).total_seconds())
        if since < rule.cool_down:
            return "cool-down", state
    return "", RuleState((*state.told, event.id)[-_REMEMBERED:], event.end, ())


def replay(rule: Rule, events: Iterable[Sighting], local: Local) -> list[Sighting]:
    """The events for which a rule would have fired, had it been there from the first on."""
    fired, state = [], RuleState()
    for event in sorted(events, key=lambda one: (one.end, one.id)):
        refusal, state = evaluate(rule, event, state, local)
        if not refusal:
            fired.append(event)
    return fired


def within_hours(rule: Rule, moment: datetime, local: Local) -> bool:
    """Whether a moment is in a rule's hours and days."""
    there = local(moment)
    day, now = there.weekday(), there.time()
    if rule.begin is not None and rule.end is not None and rule.begin != rule.end:
        overnight = rule.end < rule.begin
        if overnight and now < rule.end:
            day = (day - 1) % 7  # these hours began yesterday
        elif not (rule.begin <= now and (overnight or now < rule.end)):
            return False
    return not rule.days or day in rule.days


def crosses(rule: Rule, path: Iterable[tuple[float, float, float]]) -> bool:
    """Whether a path crosses a rule's line in its direction."""
    assert rule.line is not None
    ax, ay, bx, by = rule.line
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    before: tuple[float, float, float] | None = None
    for _, x, y in path:
        # y grows downwards, so what is to the right of A to B is positive.
        distance = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / max(length, 1e-9)
        if abs(distance) < _ON_THE_LINE:
            continue
        if before is not None and before[2] * distance < 0:
            share = before[2] / (before[2] - distance)
            at_x, at_y = before[0] + share * (x - before[0]), before[1] + share * (y - before[1])
            along = ((at_x - ax) * (bx - ax) + (at_y - ay) * (by - ay)) / max(length, 1e-9) ** 2
            side = "right" if distance > 0 else "left"
            if 0 <= along <= 1 and rule.direction in ("any", side):
                return True
        before = (x, y, distance)
    return False


def dwelt(rule: Rule, event: Sighting) -> float:
    """For how many seconds an event was where a rule looks."""
    if not rule.zones:
        return (event.end - event.start).total_seconds()
    outlines = [event.outlines[name] for name in rule.zones if name in event.outlines]
    # Where something stands still its path stops, and it is there until its end.
    until = ((event.end - event.start).total_seconds(), 0.0, 0.0)
    steps = zip(event.path, (*event.path[1:], until), strict=False)
    return sum(
        after - before
        for (before, x, y), (after, _, _) in steps
        if any(_inside(outline, x, y) for outline in outlines)
    )


def _unmet(rule: Rule, event: Sighting, local: Local) -> Refusal:
    """The first condition of the event itself that is not met; "" where all are."""
    if rule.cameras and event.camera not in rule.cameras:
        return "camera"
    if rule.classes and event.label not in rule.classes:
        return "class"
    if event.confidence < rule.confidence:
        return "confidence"
    if rule.zones and not set(rule.zones) & set(event.zones):
        return "zone"
    if not within_hours(rule, event.start, local):
        return "hours"
    if rule.line is not None and not crosses(rule, event.path):
        return "line"
    if rule.dwell and dwelt(rule, event) < rule.dwell:
        return "dwell"
    return ""


def _counted(rule: Rule, event: Sighting, state: RuleState) -> tuple[tuple[int, datetime], ...]:
    """The events that count together with this one."""
    if rule.count == 1:
        return ((event.id, event.end),)
    earliest = event.end - timedelta(seconds=rule.within)
    others = [one for one in state.counted if one[0] != event.id and one[1] >= earliest]
    return (*others[-(rule.count - 1) :], (event.id, event.end))


def _inside(corners: tuple[Point, ...], x: float, y: float) -> bool:
    """Whether a point is in a polygon: a ray from it crosses the edges an odd number of times."""
    inside = False
    for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside
