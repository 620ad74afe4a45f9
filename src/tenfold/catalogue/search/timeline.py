"""Counts entries by month. Knows nothing of how they are shown."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from tenfold.catalogue.entries.filters import Filters, conditions
from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.search.orders import order_of
from tenfold.database import Database

Dated = Literal["taken", "added"]
# The greatest distance of a clock from UTC, in minutes: 14 hours.
FARTHEST = 14 * 60


@dataclass(frozen=True)
class Timeline:
    """How many entries each month has ("2026-11"), the latest first, and how many have no such date."""

    months: dict[str, int] = field(default_factory=dict)
    undated: int = 0


def timeline(session: Session, filters: Filters, database: Database, by: Dated, minutes: int = 0) -> Timeline:
    """Count what `filters` mean by the month it was taken or added, on a clock `minutes` ahead of UTC."""
    assert abs(minutes) <= FARTHEST
    order = order_of("taken" if by == "taken" else "newest")
    month = _month(order.column, database, minutes).label("month")
    query = select(month, func.count()).where(*conditions(filters, database)).group_by(text("month"))
    rows = session.execute(query.with_hint(Entry, f"INDEXED BY {order.index}", "sqlite")).all()
    months = {month: count for month, count in rows if month is not None}
    return Timeline(dict(sorted(months.items(), reverse=True)), sum(row[1] for row in rows if row[0] is None))


def _month(column: InstrumentedAttribute[Any], database: Database, minutes: int) -> ColumnElement[str]:
    if database.sqlite:
        return func.strftime("%Y-%m", column, f"{minutes:+} minutes")
    there = func.timezone("UTC", column) + func.make_interval(0, 0, 0, 0, 0, minutes)
    return func.to_char(there, "YYYY-MM")
