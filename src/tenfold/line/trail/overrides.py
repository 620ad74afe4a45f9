"""Overrides: a person's verdict on a part after a second look, as new rows of the trail. Changes no old row.

The row of the part stays as it is; the last override counts. Knows no station and no model.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from tenfold.errors import UsageError
from tenfold.line.parts import Verdict
from tenfold.line.trail.statistics import not_passed
from tenfold.line.trail.trail import JOB, Row, Trail, TrailEntry, time_of

_MOST_LETTERS = 500


def override(
    trail: Trail, part: int, verdict: Verdict, *, by: str, reason: str, at: datetime | None = None
) -> Row:
    """Keep a person's verdict on a part beside the station's.

    Agreement with the station's verdict is recorded too: the shares of good parts
    that are rejected and of bad ones that pass are computed from all parts that were looked at again.

    Args:
        at: when; None: now.

    Raises:
        UsageError: the trail has no such part, or name or reason is missing or too long.
        LineError: the trail cannot be written.
    """
    by, reason = _words("by whom it is", by), _words("its reason", reason)
    rows = trail.of_part(part)
    before = verdict_of(rows)
    if before is None:
        raise UsageError(
            f"The part {part}",
            "has no verdict in this trail",
            received=f"the trail {trail.path.name}",
            cure=f"Its last part is {trail.last_part() or 'not there yet'}.",
            reason="part-unknown",
        )
    job = {name: rows[0].body[name] for name in JOB if name in rows[0].body}
    body = {**job, "verdict": verdict, "before": before[0], "by": by, "reason": reason}
    return trail.append([TrailEntry("override", time_of(at or datetime.now(UTC)), body, part)])[0]


def verdict_of(rows: Iterable[Row]) -> tuple[Verdict, str] | None:
    """The verdict that counts and its reason, from all rows about one part in order; None without a verdict.

    A pass that was withheld, or that the gate rejected all the same, is a reject.
    """
    found: tuple[Verdict, str] | None = None
    for row in rows:
        if row.kind in ("part", "override"):
            found = Verdict(row.body["verdict"]), row.body["reason"]
        elif reason := not_passed(row):
            found = Verdict.REJECT, reason
    return found


def _words(what: str, given: str) -> str:
    found = " ".join(given.split())
    if not found or len(found) > _MOST_LETTERS:
        raise UsageError(
            "The override",
            f"has to say {what}" if not found else f"says {what} in too many letters",
            received=f"{len(found)} letters",
            cure=f"In 1 to {_MOST_LETTERS} letters.",
            reason="override-words",
            params={"most": _MOST_LETTERS},
        )
    return found
