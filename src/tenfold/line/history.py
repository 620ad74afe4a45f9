"""Parts as people look at them: what a trail says of each, put together. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenfold.line.overrides import verdict_of
from tenfold.line.trail import Row, Trail


@dataclass(frozen=True)
class PartHistory:
    """One part.

    Attributes:
        number: of its row.
        at: when its verdict was recorded, ISO 8601 in UTC.
        verdict: the one that counts: a person's last word, else the station's; a withheld pass is a reject.
        reason: of that verdict.
        station_verdict: the station's own.
        station_reason: and why.
        outcome: what the gate's sensor saw: passed, rejected, not-seen, wrongly-rejected; "": not known.
        challenge: of a challenge part, the verdict that it should get; "": it is none.
        body: the rest of its row: answers, times, model, recipe, the picture's hash.
        overrides: what people said of it, in order.
    """

    part: int
    number: int
    at: str
    verdict: str
    reason: str
    station_verdict: str
    station_reason: str
    outcome: str
    challenge: str
    body: Mapping[str, Any]
    overrides: Sequence[Row]


def history_of(trail: Trail, part: int) -> PartHistory | None:
    """One part; None where the trail has no verdict on it."""
    return _history(part, trail.of_part(part))


def last_parts(trail: Trail, *, limit: int, before: int | None = None) -> list[PartHistory]:
    """Parts, the newest first; `before`: only those whose row has a smaller number."""
    numbers = [row.part for row in trail.last(["part"], limit=limit, before=before) if row.part is not None]
    rows = trail.of_parts(numbers)
    found = [_history(part, rows[part]) for part in numbers]
    return [one for one in found if one is not None]


def _history(part: int, rows: Sequence[Row]) -> PartHistory | None:
    first = next((row for row in rows if row.kind == "part"), None)
    counts = verdict_of(rows)
    if first is None or counts is None:
        return None
    gate = [row.body["outcome"] for row in rows if row.kind == "gate"]
    expected = [row.body["expected"] for row in rows if row.kind == "challenge"]
    return PartHistory(
        part=part,
        number=first.number,
        at=first.at,
        verdict=counts[0],
        reason=counts[1],
        station_verdict=first.body["verdict"],
        station_reason=first.body["reason"],
        outcome=gate[-1] if gate else "",
        challenge=expected[-1] if expected else "",
        body=first.body,
        overrides=[row for row in rows if row.kind == "override"],
    )
