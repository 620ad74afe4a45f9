"""Counts the entries that match filters, in all and by class, state and source.

Each facet ignores its own filter: with only cats shown, it still says how many dogs there are. Where a full
count would be slow, it stops, and the counts are lower bounds.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.filters import Filters, conditions
from tenfold.catalogue.entries.tables import FAILED, NONE, SOURCES, WAITING, Entry, Total
from tenfold.catalogue.search.query_plan import cells, counting
from tenfold.database import Database

# The most entries that are counted one by one.
MOST_COUNTED = 3_000
# PostgreSQL counts a whole million in the time that a page has.
_MOST_ON_POSTGRESQL = 200_000
# The filters by which the database keeps totals.
_KEPT = ("person", "administrator", "owner", "labels", "states", "corrected", "source", "model", "deleted")


@dataclass(frozen=True)
class Counts:
    """How many entries there are.

    Attributes:
        total: that meet the filters.
        capped: whether there may be more of everything: not all were counted.
        labels: by class; whatever classes the filters ask for.
        none: none of the classes.
        waiting, failed: in these states; whatever states the filters ask for.
        deleted: that meet the filters and are deleted.
        corrected, uncorrected: that a person named, and that none did; whichever the filters ask for.
        sources: by source; whatever source the filters ask for.
    """

    total: int
    capped: bool
    labels: dict[str, int] = field(default_factory=dict)
    none: int = 0
    waiting: int = 0
    failed: int = 0
    deleted: int = 0
    corrected: int = 0
    uncorrected: int = 0
    sources: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cell:
    """Entries with equal values in all counted columns."""

    deleted: bool
    corrected: bool
    state: str
    label: str | None
    sources: int
    count: int


def counts(session: Session, filters: Filters, database: Database) -> Counts:
    """Count what `filters` mean."""
    wide = replace(filters, labels=(), states=(), corrected=None, source="")
    if database.sqlite and _kept(filters):
        both = [_from_totals(session, replace(wide, deleted=deleted)) for deleted in (False, True)]
        return _arranged(filters, [cell for cells in both for cell in cells], capped=False)
    found, capped = _first_cells(session, replace(wide, deleted=filters.deleted), database)
    more, more_capped = _first_cells(session, replace(wide, deleted=not filters.deleted), database)
    capped, result = capped or more_capped, _arranged(filters, [*found, *more], capped=capped or more_capped)
    if not capped or wide == filters:
        return result
    # The classes of the entries that were counted say little about those that were requested.
    own, own_capped = _first_cells(session, filters, database)
    total = max(result.total, sum(cell.count for cell in own))
    return replace(result, total=total, capped=own_capped or capped)


def _kept(filters: Filters) -> bool:
    """Whether the database keeps totals for all filters in use."""
    return all(getattr(filters, one.name) == one.default for one in fields(Filters) if one.name not in _KEPT)


def _from_totals(session: Session, filters: Filters) -> list[_Cell]:
    alike = (Total.corrected, Total.state, Total.labelled, Total.label, Total.sources)
    query = select(*alike, func.sum(Total.count)).where(*cells(filters)).group_by(*alike)
    return [
        _Cell(filters.deleted, corrected, state, label if labelled else None, sources, count)
        for corrected, state, labelled, label, sources, count in session.execute(query)
    ]


def _first_cells(session: Session, filters: Filters, database: Database) -> tuple[list[_Cell], bool]:
    """The cells of the first entries that filters find, and whether there may be more."""
    most, left_out = MOST_COUNTED if database.sqlite else _MOST_ON_POSTGRESQL, False
    by_person = case((Entry.corrected_at.is_(None), 0), else_=1).label("corrected")
    some = select(by_person, Entry.state, Entry.label, Entry.sources)
    if database.sqlite:
        plan, left_out = counting(session, filters, most)
        some = some.with_hint(Entry, plan.hint, "sqlite").where(*plan.conditions)
    else:
        some = some.where(*conditions(filters, database))
    first = some.limit(most + 1).subquery()
    query: Select[Any] = select(*first.c, func.count()).group_by(*first.c)
    found = [
        _Cell(filters.deleted, bool(corrected), state, label, sources, count)
        for corrected, state, label, sources, count in session.execute(query)
    ]
    return found, left_out or sum(cell.count for cell in found) > most


def _arranged(filters: Filters, cells: Iterable[_Cell], *, capped: bool) -> Counts:
    labels: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    numbers = Counter(total=0)
    for cell in cells:
        meets = {
            "label": not filters.labels or (cell.label is not None and cell.label in filters.labels),
            "state": not filters.states or cell.state in filters.states,
            "corrected": filters.corrected in (None, cell.corrected),
            "source": not filters.source or bool(cell.sources & SOURCES[filters.source]),
        }
        unmet = {name for name, met in meets.items() if not met}
        if not unmet:
            numbers["deleted"] += cell.count * cell.deleted
        if cell.deleted != filters.deleted:
            continue
        if not unmet:
            numbers["total"] += cell.count
        if not unmet - {"label"}:
            numbers["none"] += cell.count * (cell.label == NONE)
            labels.update({cell.label: cell.count} if cell.label else {})
        if not unmet - {"state"}:
            numbers["waiting"] += cell.count * (cell.state == WAITING)
            numbers["failed"] += cell.count * (cell.state == FAILED)
        if not unmet - {"corrected"}:
            numbers["corrected"] += cell.count * cell.corrected
            numbers["uncorrected"] += cell.count * (not cell.corrected)
        if not unmet - {"source"}:
            sources.update({one: cell.count for one, bit in SOURCES.items() if cell.sources & bit})
    return Counts(capped=capped, labels=dict(labels), sources=dict(sources), **numbers)
