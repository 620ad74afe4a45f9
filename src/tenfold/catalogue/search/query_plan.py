"""Chooses the index by which SQLite evaluates filters. Tuned for a million entries.

SQLite guesses how many rows a condition leaves, and its guess is worth little for ours: whether a class has
ten pictures or a hundred thousand decides whether they are fetched and sorted, or met on the way through all
entries in the order that is wanted. So rows are counted first, up to MANY, which takes a millisecond or two;
the query then names the index. PostgreSQL counts and plans for itself.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, text, union, union_all
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.filters import (
    TEXTS,
    TRIGRAM,
    Filters,
    facts,
    in_name,
    or_called,
    phrase,
    visibility,
)
from tenfold.catalogue.entries.tables import SOURCES, SYSTEM, Entry, Name, Total
from tenfold.catalogue.search.orders import Order

# FEW rows are fetched one by one and sorted in a hundredth of a second, MANY in a tenth.
FEW, MANY = 5_000, 100_000
# Of a short text: the most trigrams that begin with it for which full text search is asked.
_MOST_TRIGRAMS = 200
BY_NUMBER = "NOT INDEXED"
# An index scan that should find a page within some rows gives up after this many times as many.
_LUCK = 4
_SHORTEST_WALK, _LONGEST_WALK = 2_000, 40_000
# Index rows that are scanned in the time it takes to fetch one row.
_WALKED_WHILE_FETCHED = 25
# The most partitions that are scanned separately and merged.
_MOST_PARTITIONS = 24


@dataclass(frozen=True)
class Plan:
    """How to find the entries that filters mean.

    Attributes:
        hint: SQLite's index hint for `entries`.
        conditions: all of them, written for that index.
        branches: partitions that the index has in order; each is a further condition.
        bound: the most rows to scan before `instead` is the better plan; None where there is no other.
    """

    hint: str
    conditions: list[ColumnElement[bool]]
    branches: list[ColumnElement[bool]] = field(default_factory=list)
    bound: int | None = None
    instead: "Plan | None" = None


@dataclass(frozen=True)
class IndexedCondition:
    """A condition that an index of its own can answer, and how many entries it leaves: MANY + 1 at most.

    Attributes:
        condition: written for the index.
        words: those that it covers.
        matching: the ids that full text search gives.
    """

    count: int
    hint: str
    condition: ColumnElement[bool] | None = None
    words: tuple[str, ...] = ()
    matching: Select[Any] | None = None


def planned(session: Session, filters: Filters, order: Order, limit: int) -> Plan:
    """The way to the first `limit` entries in an order."""
    if counted(session, filters) == 0:
        return Plan(BY_NUMBER, [false()])
    drivers = _best_first(session, filters)
    # Where the index has all that is asked, a row of it costs a small part of one that is fetched.
    cheap = 1 if filters.words or filters.model else _WALKED_WHILE_FETCHED
    index, branches = _walked(session, filters, order)
    walk = Plan(f"INDEXED BY {index}", [*facts(filters), *_words(filters)], branches)
    if not drivers or drivers[0].count > (MANY if cheap == 1 else MANY // 3):
        return walk
    fetch, expected = _fetched(filters, drivers[0]), _expected(session, drivers, limit)
    if drivers[0].count <= max(FEW, expected / cheap):
        return fetch
    bound = int(min(max(_LUCK * expected, _SHORTEST_WALK), _LONGEST_WALK))
    return replace(walk, bound=bound, instead=fetch)


def _expected(session: Session, drivers: list[IndexedCondition], limit: int) -> float:
    """The expected number of rows to scan until `limit` are found, if the conditions were independent."""
    entries = max(session.scalar(select(func.max(Entry.id))) or 0, 1)
    share = math.prod(min(max(driver.count, 1) / entries, 1.0) for driver in drivers)
    return limit / share


def counting(session: Session, filters: Filters, most: int) -> tuple[Plan, bool]:
    """The way to `most` entries in no order, and whether it leaves some out."""
    drivers = _best_first(session, filters)
    if not drivers:
        return Plan("INDEXED BY entries_by_added", [*facts(filters), *_words(filters)]), False
    best = drivers[0]
    if best.count <= most or not filters.words:
        return _fetched(filters, best), False
    # Texts are not in the indexes, so each entry has to be looked at: some of them are enough.
    if best.matching is None and best.condition is not None:
        some = select(Entry.id).with_hint(Entry, best.hint, "sqlite").where(best.condition)
        best = replace(best, hint=BY_NUMBER, matching=some)
    if best.matching is None:
        return _fetched(filters, best), False
    return _fetched(filters, replace(best, condition=Entry.id.in_(best.matching.limit(most)))), True


def _fetched(filters: Filters, driver: IndexedCondition) -> Plan:
    extra = [driver.condition] if driver.condition is not None else []
    return Plan(driver.hint, [*extra, *facts(filters), *_words(filters, driver.words)])


def _best_first(session: Session, filters: Filters) -> list[IndexedCondition]:
    """The drivers, the one that leaves the fewest entries first; one that leaves very few ends the search."""
    found: list[IndexedCondition] = []
    for driver in _drivers(session, filters):
        found.append(driver)
        if driver.count <= FEW // 10:
            break
    return sorted(found, key=lambda driver: driver.count)


def counted(session: Session, filters: Filters) -> int:
    """How many entries meet all filters but ranges, texts and numbers, by the stored totals."""
    query = select(func.coalesce(func.sum(Total.count), 0)).where(*cells(filters))
    return session.scalars(query).one()


def cells(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions of filters on the stored totals."""
    found: list[ColumnElement[bool]] = [Total.deleted.is_(filters.deleted)]
    if filters.owner == "mine":
        found.append(Total.owner_id == filters.person)
    elif filters.owner == "shared":
        found.append(Total.shared.is_(True))
    elif not filters.administrator:
        found.append(or_(Total.owner_id.in_((filters.person, SYSTEM)), Total.shared))
    if filters.labels:
        found += [Total.labelled.is_(True), Total.label.in_(filters.labels)]
    if filters.states:
        found.append(Total.state.in_(filters.states))
    if filters.corrected is not None:
        found.append(Total.corrected.is_(filters.corrected))
    if filters.model:
        found.append(Total.model_hash == filters.model)
    if filters.source:
        found.append(Total.sources.bitwise_and(SOURCES[filters.source]) != 0)
    return found


def _walked(session: Session, filters: Filters, order: Order) -> tuple[str, list[ColumnElement[bool]]]:
    """The index to scan, and its partitions: each class, source, model or person alone."""
    # Before a class: models follow each other in time, and classes do not.
    if filters.model and order.column in (Entry.added_at, Entry.taken_at):
        return order.index.replace("_by_", "_by_model_"), []
    by_label = order.column in (Entry.added_at, Entry.confidence, Entry.novelty)
    if by_label and 0 < len(filters.labels) <= _MOST_PARTITIONS:
        branches = [Entry.label == label for label in sorted(set(filters.labels))]
        return order.index.replace("_by_", "_by_label_"), branches
    if order.column is Entry.added_at:
        if filters.owner == "mine":
            return "entries_by_owner_added", []
        if filters.source:
            masks = session.scalars(select(Total.sources).where(*cells(filters)).distinct()).all()
            if len(masks) <= _MOST_PARTITIONS:
                return "entries_by_sources_added", [Entry.sources == mask for mask in masks]
    return order.index, []


def _drivers(session: Session, filters: Filters) -> Iterator[IndexedCondition]:
    """The conditions that may be selective, the most likely ones first."""
    if filters.ids:
        yield IndexedCondition(len(filters.ids), BY_NUMBER)
    yield from _texts(session, filters)
    for index, condition in _indexed(filters):
        some = select(Entry.id).with_hint(Entry, f"INDEXED BY {index}").where(condition)
        yield IndexedCondition(_count(session, some), f"INDEXED BY {index}", condition)
    if filters.source:
        named = select(Name.entry_id).where(Name.source == filters.source)
        yield IndexedCondition(_count(session, named), BY_NUMBER, Entry.id.in_(named))
    if filters.owner == "visible" and visibility(filters):
        seen = Filters(person=filters.person)
        count = counted(session, seen) + counted(session, replace(seen, deleted=True))
        if count <= MANY:
            own = select(Entry.id).with_hint(Entry, "INDEXED BY entries_by_owner_added")
            shared = select(Entry.id).with_hint(Entry, "INDEXED BY entries_by_shared")
            both = union_all(
                own.where(Entry.owner_id.in_((filters.person, SYSTEM))), shared.where(Entry.shared.is_(True))
            ).subquery()
            yield IndexedCondition(count, BY_NUMBER, Entry.id.in_(select(both.c.id)))


def _indexed(filters: Filters) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """The conditions that have an index, and its name."""
    nothing = Filters(administrator=True)
    added = ("added_from", "added_to")
    ranges = ("confidence_from", "confidence_to", "novelty_from", "novelty_to")
    for index, names, more in (
        ("entries_by_model_added", ("model",), added),
        ("entries_by_label_added", ("labels",), (*added, *ranges, "states", "source")),
        ("entries_by_confidence", ranges[:2], ()),
        ("entries_by_novelty", ranges[2:], ()),
        ("entries_by_added", added, ()),
        ("entries_by_taken", ("taken_from", "taken_to"), ()),
        ("ix_entries_state_id", ("states",), ()),
        ("entries_corrected", ("corrected",), ranges),
        ("entries_deleted", ("deleted",), ranges),
    ):
        if names == ("corrected",) and not filters.corrected:
            continue
        if any(getattr(filters, name) != getattr(nothing, name) for name in names):
            asked = {name: getattr(filters, name) for name in (*names, *more)}
            yield index, _only(replace(nothing, **asked))
    if filters.owner == "mine":
        yield "entries_by_owner_added", Entry.owner_id == filters.person
    if filters.owner == "shared":
        yield "entries_by_shared", Entry.shared.is_(True)


def _only(asked: Filters) -> ColumnElement[bool]:
    """The single condition that is asked for, besides "not deleted"."""
    found = facts(asked)
    found = found if asked.deleted else found[1:]
    return and_(*found)


def _words(filters: Filters, answered: tuple[str, ...] = ()) -> list[ColumnElement[bool]]:
    """The conditions on texts, but for words that are answered."""
    found: list[ColumnElement[bool]] = [
        or_called(filters, word, func.instr(Entry.search_text, word) > 0)
        for word in filters.words
        if word not in answered
    ]
    if filters.part_of_name:
        found.append(in_name(filters.part_of_name, sqlite=True))
    return found


def _texts(session: Session, filters: Filters) -> Iterator[IndexedCondition]:
    """What full text search says of the words together; of one or two letters, by the trigrams they begin."""
    words = tuple(dict.fromkeys(word for word in filters.words if len(word) >= TRIGRAM))
    plain = tuple(word for word in words if not filters.classes_called(word))
    if plain:
        yield _text(session, " AND ".join(map(phrase, plain)), plain)
        return
    for word in words:
        matching = select(TEXTS.c.rowid).where(TEXTS.c.entries_text.op("MATCH")(phrase(word)))
        of_class = select(Entry.id).where(Entry.label.in_(filters.classes_called(word)))
        of_class = of_class.with_hint(Entry, "INDEXED BY entries_by_label_added", "sqlite")
        yield _matched(session, select(union(matching, of_class).subquery()), (word,))
    for word in filters.words if not words else ():
        if filters.classes_called(word):
            continue
        found = _trigrams(session, word)
        if found:
            yield _text(session, " OR ".join(map(phrase, found)), (word,))


def _text(session: Session, expression: str, words: tuple[str, ...]) -> IndexedCondition:
    matching = select(TEXTS.c.rowid).where(TEXTS.c.entries_text.op("MATCH")(expression))
    return _matched(session, matching, words)


def _matched(session: Session, matching: Select[Any], words: tuple[str, ...]) -> IndexedCondition:
    return IndexedCondition(_count(session, matching), BY_NUMBER, Entry.id.in_(matching), words, matching)


def _trigrams(session: Session, word: str) -> list[str]:
    """The trigrams that begin with a short word; none where they are too many, or in too many texts."""
    query = text("SELECT term, doc FROM entries_trigrams WHERE term >= :low AND term <= :high")
    found, entries = [], 0
    for term, count in session.execute(query, {"low": word, "high": word + 2 * "\U0010ffff"}):
        entries += count
        found.append(term)
        if entries > MANY or len(found) > _MOST_TRIGRAMS:
            return []
    return found or [word + "\n\n"]


def _count(session: Session, some: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(some.limit(MANY + 1).subquery())) or 0
