"""The record of an order as PDF: figures, rejected parts with their pictures, overrides, hashes.

Knows no station.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from tenfold import images
from tenfold.errors import PictureError
from tenfold.line.trail.export import least_sure
from tenfold.line.trail.overrides import verdict_of
from tenfold.line.trail.pdf import Document
from tenfold.line.trail.statistics import Statistics, not_passed, statistics
from tenfold.line.trail.trail import JOB, Row, Trail

# How many rejected parts have their picture in the record; the trail has them all.
MOST_PICTURES = 200
_THUMBNAIL = 320
_FEW = 12


@dataclass
class _Gathered:
    """The contents of a record, gathered in one pass over the rows."""

    first: Row | None = None
    last: Row | None = None
    jobs: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in JOB})
    facts: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    overrides: list[Row] = field(default_factory=list)
    rejected: dict[int, None] = field(default_factory=dict)

    def through(self, rows: Iterable[Row]) -> Iterable[Row]:
        """Pass rows on, and keep what the record needs of them."""
        for row in rows:
            self.first = self.first or row
            self.last = row
            for name in JOB:
                if row.kind == "part" and name in row.body:
                    self.jobs[name].add(row.body[name])
            if row.kind == "part":
                recipe = "/".join(map(str, row.body.get("recipe", ["?"])))
                self.facts[f"model {row.body.get('model', '?')}, recipe {recipe}"] += 1
            if row.kind == "alarm":
                self.alarms[row.body["reason"]] += 1
            if row.kind == "override":
                self.overrides.append(row)
            if row.part is not None and not_passed(row):
                self.rejected[row.part] = None
            yield row


def write(
    trail: Trail, target: Path | BytesIO, *, order: int | None = None, pictures: int = MOST_PICTURES
) -> None:
    """Write the record into a file, or into memory.

    Args:
        order: only that order, as of `Trail.rows`.
        pictures: how many rejected parts have their picture in it at most.

    Raises:
        MissingExtra: reportlab is not installed.
        OSError: the file cannot be written.
    """
    title = f"Inspection record of {trail.path.stem}" + (f", order {order}" if order is not None else "")
    page = Document(title)
    gathered = _Gathered()
    found = statistics(gathered.through(trail.rows(order=order)))
    page.heading(title)
    page.facts(_summary(gathered, found))
    page.heading("Hashes", 2)
    page.facts(_hashes(trail, gathered))
    if found.reasons:
        page.heading("Reasons of parts that did not pass", 2)
        page.bars(found.reasons)
    if len(found.groups) > 1:
        page.heading("Share of rejected parts, with control limits", 2)
        page.chart(found.groups)
    if gathered.overrides:
        page.heading("Second looks", 2)
        page.table(["Part", "At", "Verdict", "Before", "By", "Reason"], map(_override, gathered.overrides))
    if gathered.alarms:
        page.heading("Alarms", 2)
        page.bars(gathered.alarms.most_common())
    if gathered.rejected:
        shown = list(gathered.rejected)[:pictures]
        page.heading("Parts that did not pass", 2)
        if len(shown) < len(gathered.rejected):
            page.text(f"The first {len(shown):,} of {len(gathered.rejected):,}; the trail has them all.")
        page.pictures([_rejected(trail, part) for part in shown])
    page.write(target)


def _summary(gathered: _Gathered, found: Statistics) -> list[tuple[str, str]]:
    if gathered.first is None or gathered.last is None:
        return [("Rows", "none")]
    said = [("From", gathered.first.at), ("To", gathered.last.at)]
    said += [
        (name.capitalize(), _numbers(sorted(numbers))) for name, numbers in gathered.jobs.items() if numbers
    ]
    said += [("Judged by", f"{what} ({count:,} parts)") for what, count in gathered.facts.most_common()]
    said += [("Parts", f"{found.parts:,}"), ("Passed", f"{found.passed:,}")]
    said += [
        (name, str(value))
        for name, value in (
            ("Yield", found.first_pass_yield),
            ("Good parts rejected, of those looked at again", found.overkill),
            ("Bad parts passed, of those looked at again", found.escape),
        )
        if value is not None
    ]
    if one := found.challenges:
        bad = f"{one.bad_rejected} of {one.bad} bad ones rejected"
        good = f"{one.good_passed} of {one.good} good ones passed"
        said.append(("Challenge parts", f"{bad}, {good}, the last at {one.last}"))
    if found.verdict_ms:
        middle, high, most = found.verdict_ms
        said.append(
            ("Photo-eye to verdict", f"{middle:.0f} ms (median), {high:.0f} ms (99 %), {most:.0f} ms at most")
        )
    return said


def _numbers(found: Sequence[int]) -> str:
    few = ", ".join(map(str, found))
    return few if len(found) <= _FEW else f"{found[0]} to {found[-1]}, {len(found):,} in all"


def _hashes(trail: Trail, gathered: _Gathered) -> list[tuple[str, str]]:
    changed, (rows, head) = trail.verify(), trail.head
    holds = "holds" if changed is None else f"does not hold: row {changed} was changed, or one before is gone"
    said = [("The chain of the trail", holds)]
    for name, row in (("First row here", gathered.first), ("Last row here", gathered.last)):
        if row is not None:
            said.append((name, f"{row.number:,}, {row.hash}"))
    return [*said, ("Last row of the trail", f"{rows:,}, {head}")]


def _override(row: Row) -> list[str]:
    body = row.body
    return [f"{row.part}", row.at, body["verdict"], body["before"], body["by"], body["reason"]]


def _rejected(trail: Trail, part: int) -> tuple[bytes | None, str]:
    """The picture of a part, small, and what is said of it."""
    rows = trail.of_part(part)
    judged = rows[0]
    verdict = verdict_of(rows)
    assert verdict is not None
    said = [f"Part {part}", judged.at, f"{verdict[0]}: {verdict[1]}"]
    if answer := least_sure(judged):
        said.append(f"{answer[0]} {answer[1]:.0%}, novelty {answer[2]:.2f}")
    kept = judged.body.get("picture")
    return (_small(trail.picture(kept)) if kept else None), "\n".join(said)


def _small(data: bytes | None) -> bytes | None:
    if data is None:
        return None
    try:
        return images.jpeg(images.read(data, name="a part's picture"), _THUMBNAIL, quality=85)
    except PictureError:
        return None
