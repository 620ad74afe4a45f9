"""Sort orders of lists of entries, and cursors in them. Runs no query."""

import base64
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, and_, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from tenfold.catalogue.entries.tables import Entry
from tenfold.database import GREATEST_ID
from tenfold.errors import UsageError
from tenfold.parsing import from_json

OrderName = Literal["newest", "oldest", "surest", "unsure", "novel", "taken", "name"]


@dataclass(frozen=True)
class Order:
    """A sort order by a column, and by id in the same direction; entries without a value come last.

    Attributes:
        index: SQLite's index in this order.
        corrected_later: entries that a person corrected come last, because the column is about the model's
            answer.
    """

    name: str
    column: InstrumentedAttribute[Any]
    falling: bool
    index: str
    corrected_later: bool = False

    @property
    def nullable(self) -> bool:
        """Whether entries may have no value in the column."""
        return self.column not in (Entry.added_at, Entry.name)

    @property
    def parts(self) -> list[ColumnElement[bool] | None]:
        """The conditions of the partitions, one after the other; None: all entries."""
        if not self.nullable:
            return [None]
        valued = self.column.is_not(None)
        if not self.corrected_later:
            return [valued, self.column.is_(None)]
        by_person = Entry.corrected_at.is_not(None)
        return [and_(valued, ~by_person), and_(valued, by_person), self.column.is_(None)]

    def part_of(self, entry: Entry) -> int:
        """In which of `parts` an entry is."""
        if self.nullable and getattr(entry, self.column.key) is None:
            return len(self.parts) - 1
        return int(self.corrected_later and entry.corrected_at is not None)

    def sorting(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        if self.falling:
            return self.column.desc(), Entry.id.desc()
        return self.column.asc(), Entry.id.asc()


@dataclass(frozen=True)
class Cursor:
    """Right after an entry: its value in the order's column, None where it has none, its id, and the part of
    the order that it is in.
    """

    value: Any
    id: int
    part: int = 0

    def beyond(self, order: Order) -> ColumnElement[bool]:
        """The condition for the entries of its part that come after it."""
        if self.value is None:
            return Entry.id < self.id if order.falling else Entry.id > self.id
        entry = tuple_(order.column, Entry.id)
        here = tuple_(literal(self.value, order.column.type), literal(self.id))
        return entry < here if order.falling else entry > here


_ORDERS = {
    order.name: order
    for order in (
        Order("newest", Entry.added_at, True, "entries_by_added"),
        Order("oldest", Entry.added_at, False, "entries_by_added"),
        Order("surest", Entry.confidence, True, "entries_by_confidence", corrected_later=True),
        Order("unsure", Entry.confidence, False, "entries_by_confidence", corrected_later=True),
        Order("novel", Entry.novelty, True, "entries_by_novelty"),
        Order("taken", Entry.taken_at, True, "entries_by_taken"),
        Order("name", Entry.name, False, "entries_by_name"),
    )
}
assert tuple(_ORDERS) == get_args(OrderName)


def order_of(name: str) -> Order:
    """The order of a name; UsageError where there is none."""
    if name not in _ORDERS:
        raise UsageError(
            "The order",
            "does not exist",
            received=f"{name!r:.60}",
            cure=f"Use one of {', '.join(_ORDERS)}.",
        )
    return _ORDERS[name]


def written(order: Order, entry: Entry) -> str:
    """The cursor after an entry, as text for the next request."""
    value = getattr(entry, order.column.key)
    plain = value.isoformat() if isinstance(value, datetime) else value
    content = json.dumps([order.name, plain, entry.id, order.part_of(entry)], ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def read(text: str, order: Order) -> Cursor:
    """A cursor from the text of `written`; UsageError where it is not one of this order."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, value, number, part = from_json(content)
        numbers = isinstance(number, int) and 0 < number <= GREATEST_ID and type(part) is int
        last = len(order.parts) - 1
        if name == order.name and numbers and 0 <= part <= last:
            value = _rich(order, value)
            if not order.nullable or (value is None) == (part == last):
                return Cursor(value, number, part)
    except (ValueError, TypeError, OverflowError):
        pass
    raise UsageError(
        "after",
        f"is no place in the order {order.name}",
        received=f"{text!a:.80}",
        cure="Send `next` of the page before, and the same order.",
    )


def _rich(order: Order, value: Any) -> Any:
    """The value of a place; ValueError where the order's column cannot have it."""
    if value is None and order.nullable:
        return None
    if order.column is Entry.name:
        if isinstance(value, str) and "\0" not in value and value.encode():
            return value
    elif order.column in (Entry.added_at, Entry.taken_at):
        return datetime.fromisoformat(value).astimezone(UTC)
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ValueError
