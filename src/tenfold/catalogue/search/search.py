"""Searches the catalogue: pages of entries in an order, and one entry with all details."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.filters import Filters, conditions, visibility
from tenfold.catalogue.entries.tables import SYSTEM, Entry, Name
from tenfold.catalogue.search.counts import Counts, counts
from tenfold.catalogue.search.orders import Cursor, Order, order_of, read, written
from tenfold.catalogue.search.query_plan import BY_NUMBER, Plan, planned
from tenfold.catalogue.search.timeline import Dated, Timeline, timeline
from tenfold.database import GREATEST_ID, Database
from tenfold.errors import NotInCatalogue, UsageError

MOST_PER_PAGE = 500


@dataclass(frozen=True)
class EntryPage:
    """Entries in an order; next: what to ask for the page after it, None at the end."""

    entries: list[Entry]
    next: str | None


class Search:
    """Finds entries for a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, filters: Filters, order: str = "newest", limit: int = 50, after: str | None = None
    ) -> EntryPage:
        """A page of what `filters` mean.

        Entries that are added meanwhile appear in their place in the order; none of the others is skipped or
        repeated.

        Args:
            order: newest and oldest (by when they were added), surest and unsure (by confidence, those
                that a person corrected after the others), novel (the greatest novelty first), taken (the
                latest first) or name. Entries without such a value come last.
            limit: the most entries, 1 to MOST_PER_PAGE.
            after: `next` of the page before.

        Raises:
            UsageError: there is no such order or page.
        """
        if not 1 <= limit <= MOST_PER_PAGE:
            cure = f"Use 1 to {MOST_PER_PAGE}."
            raise UsageError("limit", "is no number of entries for a page", received=str(limit), cure=cure)
        chosen = order_of(order)
        place = None if after is None else read(after, chosen)
        with self._database.reading() as session:
            numbers = self._numbers(session, filters, chosen, place, limit + 1)
            entries = _entries(session, numbers[:limit])
        more = len(numbers) > limit and entries
        return EntryPage(entries, written(chosen, entries[-1]) if more else None)

    def counts(self, filters: Filters) -> Counts:
        """How many entries `filters` mean, and how many of each kind among them."""
        with self._database.reading() as session:
            return counts(session, filters, self._database)

    def timeline(self, filters: Filters, by: Dated, minutes: int = 0) -> Timeline:
        """How many entries `filters` mean of each month; arguments as `timeline.timeline`."""
        with self._database.reading() as session:
            return timeline(session, filters, self._database, by, minutes)

    def get(self, number: int, *, person: int = SYSTEM, administrator: bool = False) -> Entry:
        """One entry, also a deleted one; NotInCatalogue where there is none that the person sees."""
        seen = visibility(Filters(person=person, administrator=administrator))
        found = (
            self._database.scalar(select(Entry).where(Entry.id == number, *seen))
            if 0 < number <= GREATEST_ID
            else None
        )
        if found is None:
            raise NotInCatalogue(
                f"Entry {number}", "is not in the catalogue", cure="Look for it in the list."
            )
        return found

    def several(self, numbers: Sequence[int]) -> dict[int, Entry]:
        """Entries by their ids. Does not check who may see them."""
        with self._database.reading() as session:
            return {entry.id: entry for entry in _entries(session, numbers)}

    def names(self, number: int) -> Sequence[Name]:
        """All names of an entry's content, the oldest first. Does not check who may see them."""
        return self._database.scalars(select(Name).where(Name.entry_id == number).order_by(Name.id))

    def _numbers(
        self, session: Session, filters: Filters, order: Order, place: Cursor | None, limit: int
    ) -> list[int]:
        """The ids of the first entries after a place, of one part of the order after another."""
        if self._database.sqlite:
            plan = planned(session, filters, order, limit)
        else:
            plan = Plan("", conditions(filters, self._database))
        found: list[int] = []
        for part, condition in enumerate(order.parts):
            if len(found) == limit or (place is not None and part < place.part):
                continue
            only = [] if condition is None else [condition]
            here = place if place is not None and part == place.part else None
            found += _part(session, plan, order, only, here, limit - len(found))
        return found


def _part(
    session: Session,
    plan: Plan,
    order: Order,
    part: list[ColumnElement[bool]],
    place: Cursor | None,
    limit: int,
) -> list[int]:
    """The ids of the first entries after a place, of one part of the order."""
    here = [*part, *([place.beyond(order)] if place else [])]
    if plan.bound is None or plan.instead is None:
        return _first(session, plan, order, here, limit)
    walk = select(order.column, Entry.id).where(*here).order_by(*order.sorting())
    walk = walk.with_hint(Entry, f"INDEXED BY {order.index}", "sqlite")
    end = session.execute(walk.offset(plan.bound).limit(1)).first()
    if end is None:
        return _first(session, plan, order, here, limit)
    found = _first(session, plan, order, [*here, not_(Cursor(*end).beyond(order))], limit)
    return found if len(found) == limit else _first(session, plan.instead, order, here, limit)


def _first(
    session: Session, plan: Plan, order: Order, part: list[ColumnElement[bool]], limit: int
) -> list[int]:
    """The ids of the first entries of a page, merged from all partitions of a plan."""
    branches = []
    for branch in [[one] for one in plan.branches] or [[]]:
        query = select(order.column, Entry.id).where(*branch, *plan.conditions, *part)
        query = query.order_by(*order.sorting()).limit(limit).with_hint(Entry, plan.hint, "sqlite")
        branches.append([(row[0], row[1]) for row in session.execute(query)])
    if len(branches) == 1:
        return [number for _, number in branches[0]]
    # All of one part have a value, or none has.
    merged = heapq.merge(
        *branches, key=lambda row: row if row[0] is not None else row[1:], reverse=order.falling
    )
    return [number for _, number in islice(merged, limit)]


def _entries(session: Session, numbers: Sequence[int]) -> list[Entry]:
    """Entries in the order of `numbers`, but for those that are gone."""
    query = select(Entry).where(Entry.id.in_(numbers)).with_hint(Entry, BY_NUMBER, "sqlite")
    found = {entry.id: entry for entry in session.scalars(query)}
    return [found[number] for number in numbers if number in found]
