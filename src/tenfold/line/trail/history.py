"""Parts and challenges for display, each put together from its rows of the trail. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenfold.line.trail.overrides import verdict_of
from tenfold.line.trail.trail import JOB, Row, Trail, time_of

# The last of a part's rows that decides its verdict, by the rule of `verdict_of`.
_LAST = (
    "(SELECT {what} FROM rows AS said WHERE said.part = rows.part AND (said.kind IN ({kinds})"
    " OR said.kind = 'gate' AND json_extract(said.body, '$.outcome') = 'wrongly-rejected')"
    " ORDER BY said.number DESC LIMIT 1)"
)
_VERDICT = _LAST.format(
    what="CASE WHEN said.kind IN ('withheld', 'gate') THEN 'reject'"
    " ELSE json_extract(said.body, '$.verdict') END",
    kinds="'part', 'withheld', 'override'",
)
_REASON = _LAST.format(
    what="CASE said.kind WHEN 'gate' THEN 'wrongly-rejected' ELSE json_extract(said.body, '$.reason') END",
    kinds="'part', 'withheld'",
)

# Golden parts of one challenge.
_MOST_GOLDEN = 200


@dataclass(frozen=True)
class PartFilter:
    """Which parts are meant; None: any.

    Attributes:
        verdict: the one that counts.
        reason: the station's, as a code; of a pass that was withheld the reason for that.
        since, until: when the verdict was recorded; `until` itself is left out.
        order, batch, shift: as the plant numbers them.
    """

    verdict: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: int | None = None
    batch: int | None = None
    shift: int | None = None

    def sql(self) -> tuple[str, list[Any]]:
        """The condition on a part's row, and its values."""
        values: list[tuple[str, Any]] = [
            ("at >= ?", time_of(self.since) if self.since else None),
            ("at < ?", time_of(self.until) if self.until else None),
            *((f"json_extract(body, '$.{name}') = ?", getattr(self, name)) for name in JOB),
            (f"{_REASON} = ?", self.reason),
            (f"{_VERDICT} = ?", self.verdict),
        ]
        asked = [(condition, value) for condition, value in values if value is not None]
        return " AND ".join(condition for condition, _ in asked) or "true", [value for _, value in asked]


@dataclass(frozen=True)
class PartHistory:
    """One part.

    Attributes:
        number: of its row.
        at: when its verdict was recorded, ISO 8601 in UTC.
        verdict: the one that counts: a person's last word, else the station's; a withheld pass is a reject.
        reason: of that verdict.
        station_verdict, station_reason: the station's own.
        outcome: what the gate's sensor saw: passed, rejected, not-seen, wrongly-rejected; "": not known.
        challenge: of a challenge part, the verdict that it should get; "": it is none.
        body: the rest of its row: answers, times, model, recipe, the picture's hash.
        overrides: what people said of it, in order.
        rows: all rows about it, in order.
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
    rows: Sequence[Row]


def history_of(trail: Trail, part: int) -> PartHistory | None:
    """One part; None where the trail has no verdict on it."""
    return _history(part, trail.of_part(part))


def last_parts(
    trail: Trail, which: PartFilter = PartFilter(), *, limit: int, before: int | None = None
) -> list[PartHistory]:
    """Parts, the newest first; `before`: only those whose row has a smaller number."""
    found_rows = trail.last(["part"], limit=limit, before=before, where=which.sql())
    numbers = [row.part for row in found_rows if row.part is not None]
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
        rows=rows,
    )


@dataclass(frozen=True)
class ChallengePart:
    """A golden part: the verdict that it should get, and the one that it got."""

    part: int
    expected: str
    verdict: str
    right: bool


@dataclass(frozen=True)
class Challenge:
    """Golden parts that were run. at: when it ended, ISO 8601 in UTC. recipe: number and version."""

    at: str
    by: str
    passed: bool
    recipe: Sequence[int]
    parts: Sequence[ChallengePart]


def last_challenges(trail: Trail, *, limit: int) -> list[Challenge]:
    """Challenges that ended, the newest first."""
    found = []
    for end in trail.last(["challenge"], limit=limit, where=("part IS NULL", [])):
        # Parts of one challenge follow each other; one that was cut short stands apart.
        parts: list[ChallengePart] = []
        for row in trail.last(["challenge"], limit=_MOST_GOLDEN, before=end.number):
            if row.part is None or (parts and row.part != parts[0].part - 1):
                break
            body = row.body
            parts.insert(0, ChallengePart(row.part, body["expected"], body["verdict"], body["right"]))
        body = end.body
        found.append(Challenge(end.at, body.get("by", ""), body["passed"], body.get("recipe", []), parts))
    return found
