"""Rules as one line of text and as JSON: checked where they come in. Evaluates nothing.

class=person,dog zone=door confidence=0.6 between=22:00-06:00 days=mon,tue dwell=10
line=0.5,0,0.5,1 cross=right count=3/60 cool-down=300 camera=1
"""

import math
import re
import shlex
from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from tenfold.cameras.rules.evaluate import Rule
from tenfold.errors import UsageError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_SECONDS = 7 * 86400.0
_MOST = 1000
_CURE = "For example: class=person zone=door between=22:00-06:00 cool-down=300"


def parse(text: str) -> Rule:
    """A rule written as above. Raises UsageError."""
    values: dict[str, Any] = {}
    try:
        words = shlex.split(text)
    except ValueError:
        raise _wrong("The rule", "has a quotation mark without its other half", text) from None
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in _PARTS:
            raise _wrong(f"The condition {word!r}", "is none that a rule has", f"known: {', '.join(_PARTS)}")
        try:
            values |= _PARTS[name](value)
        except ValueError:
            raise _wrong(f"The condition {word!r}", "has a value that cannot be used", "") from None
    return checked(Rule(**values))


def checked(rule: Rule) -> Rule:
    """The rule, if its values can be used; raises UsageError."""
    wrong = (
        (not 0 <= rule.confidence <= 1, "The confidence", "is not between 0 and 1"),
        (not 0 <= rule.dwell <= _LONGEST_SECONDS, "The dwell time", "is not between 0 s and a week"),
        (not 0 <= rule.cool_down <= _LONGEST_SECONDS, "The cool-down", "is not between 0 s and a week"),
        (not 0 < rule.within <= _LONGEST_SECONDS, "The time of the count", "is not between 0 s and a week"),
        (not 1 <= rule.count <= _MOST, "The count", f"is not between 1 and {_MOST}"),
        ((rule.begin is None) != (rule.end is None), "The hours", "have a begin without an end"),
        (any(day not in range(7) for day in rule.days), "The days", "are none of a week"),
        (rule.line is not None and not _is_line(rule.line), "The line", "does not lie in the picture"),
    )
    for is_wrong, subject, problem in wrong:
        if is_wrong:
            raise _wrong(subject, problem, "")
    return rule


def to_json(rule: Rule) -> dict[str, Any]:
    """A rule as JSON takes it."""
    return {name: _plain(value) for name, value in vars(rule).items()}


def as_text(rule: Rule) -> str:
    """A rule as `parse` reads it; empty where it asks for nothing."""
    numbers = {"confidence": rule.confidence, "dwell": rule.dwell, "cool-down": rule.cool_down}
    values = {
        "camera": ",".join(map(str, rule.cameras)),
        "class": ",".join(rule.classes),
        "zone": ",".join(rule.zones),
        "between": f"{rule.begin:%H:%M}-{rule.end:%H:%M}" if rule.begin and rule.end else "",
        "days": ",".join(DAYS[day] for day in rule.days),
        "line": ",".join(f"{one:g}" for one in rule.line or ()),
        "cross": rule.direction if rule.line and rule.direction != "any" else "",
        "count": f"{rule.count}/{rule.within:g}" if rule.count > 1 else "",
    } | {name: f"{value:g}" for name, value in numbers.items() if value}
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items() if value)


def from_json(values: Mapping[str, Any]) -> Rule:
    """A rule that `to_json` wrote, or the API was sent; raises UsageError."""
    given = dict(values)
    for name in ("cameras", "classes", "zones", "days", "line"):
        given[name] = tuple(given[name]) if given.get(name) else None if name == "line" else ()
    for name in ("begin", "end"):
        given[name] = _time(given[name]) if given.get(name) else None
    return checked(Rule(**given))


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return list(value) if isinstance(value, tuple) else value


def _is_line(line: tuple[float, ...]) -> bool:
    return len(line) == 4 and all(0 <= one <= 1 for one in line) and line[:2] != line[2:]


def _time(text: str) -> time:
    found = re.fullmatch(r"(\d{1,2}):(\d\d)", text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise _wrong("The time of day", "is not written HH:MM", text[:20])
    return time(int(found[1]), int(found[2]))


def _names(value: str) -> tuple[str, ...]:
    names = tuple(one.strip() for one in value.split(",") if one.strip())
    if not names:
        raise ValueError
    return names


def _number(value: str) -> float:
    found = float(value)
    if not math.isfinite(found):
        raise ValueError
    return found


def _between(value: str) -> dict[str, Any]:
    begin, dash, end = value.partition("-")
    if not dash:
        raise ValueError
    return {"begin": _time(begin), "end": _time(end)}


def _count(value: str) -> dict[str, Any]:
    count, _, within = value.partition("/")
    return {"count": int(count), "within": _number(within or "60")}


def _cross(value: str) -> dict[str, Any]:
    if value not in ("any", "left", "right"):
        raise ValueError
    return {"direction": value}


_PARTS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "camera": lambda value: {"cameras": tuple(int(one) for one in _names(value))},
    "class": lambda value: {"classes": _names(value)},
    "zone": lambda value: {"zones": _names(value)},
    "confidence": lambda value: {"confidence": _number(value)},
    "between": _between,
    "days": lambda value: {"days": tuple(DAYS.index(one.lower()[:3]) for one in _names(value))},
    "dwell": lambda value: {"dwell": _number(value)},
    "line": lambda value: {"line": tuple(_number(one) for one in _names(value))},
    "cross": _cross,
    "count": _count,
    "cool-down": lambda value: {"cool_down": _number(value)},
}


def _wrong(subject: str, problem: str, received: str) -> UsageError:
    return UsageError(subject, problem, received=received, cure=f"{_CURE}.")
