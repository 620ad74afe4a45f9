"""How SQLite should look for what filters mean: through which index. Knows the sizes of a million entries.

SQLite guesses how many rows a condition leaves, and its guess is worth little for ours: whether a class has
ten pictures or a hundred thousand decides whether they are fetched and sorted, or met on the way through all
entries in the order that is wanted. So it is looked up first, up to FEW rows, which takes a millisecond; the
index is then named. PostgreSQL counts and plans for itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, text, union_all
from sqlalchemy.orm import Session

from tenfold.catalogue.filters import TEXTS, TRIGRAM, Filters, facts, in_name, phrase, visibility
from tenfold.catalogue.orders import Order
from tenfold.catalogue.tables import HOUSE, SOURCES, Entry, Name, Total

# So many rows are fetched one by one and sorted in a few hundredths of a second.
FEW = 5_000
# Of a short text: the most trigrams that begin with it for which full text search is asked.
_MOST_TRIGRAMS = 200
BY_NUMBER = "NOT INDEXED"


@dataclass(frozen=True)
class Plan:
    """A way to what filters mean.

    hint: what SQLite is told of `entries`. conditions: all of them, in the words that go with it. few: they
    leave at most FEW rows to look at.
    """

    hint: str
    conditions: list[ColumnElement[bool]]
    few: bool


@dataclass(frozen=True)
class Driver:
    """One condition that an index of its own can answer, and how many entries it leaves: FEW + 1 at most.

    word: the word that it is about. condition: where the index needs other words than the filter's.
    """

    count: int
    hint: str
    condition: ColumnElement[bool] | None = None
    word: str = ""


def planned(session: Session, filters: Filters, order: Order | None = None) -> Plan:
    """The way for a page in an order, or to all of them where that is None."""
    if counted(session, filters) == 0:
        return Plan(BY_NUMBER, [false()], True)
    best: Driver | None = None
    for driver in _drivers(session, filters):
        if best is None or driver.count < best.count:
            best = driver
        if best.count <= FEW // 10:
            break
    if best is not None and best.count <= FEW:
        extra = [best.condition] if best.condition is not None else []
        return Plan(best.hint, [*extra, *facts(filters), *_words(filters, best.word)], True)
    hint = f"INDEXED BY {_walked(filters, order)}"
    return Plan(hint, [*facts(filters), *_words(filters, "")], False)


def counted(session: Session, filters: Filters) -> int:
    """How many entries meet all but ranges, texts and numbers: as the kept totals say."""
    query = select(func.coalesce(func.sum(Total.count), 0)).where(*cells(filters))
    return session.scalars(query).one()


def cells(filters: Filters) -> list[ColumnElement[bool]]:
    """What filters ask of the kept totals; the rest of them asks nothing here."""
    found: list[ColumnElement[bool]] = [Total.deleted.is_(filters.deleted)]
    if filters.owner == "mine":
        found.append(Total.owner_id == filters.person)
    elif filters.owner == "shared":
        found.append(Total.shared.is_(True))
    elif not filters.administrator:
        found.append(or_(Total.owner_id.in_((filters.person, HOUSE)), Total.shared))
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


def _walked(filters: Filters, order: Order | None) -> str:
    """The index to walk through: in the order, and of one class, model or person alone where asked."""
    if order is None:
        return "entries_by_label_added" if filters.labels else "entries_by_added"
    if len(filters.labels) == 1 and order.column in (Entry.added_at, Entry.confidence, Entry.novelty):
        return order.index.replace("_by_", "_by_label_")
    if order.column is Entry.added_at:
        if filters.model:
            return "entries_by_model_added"
        if filters.owner == "mine":
            return "entries_by_owner_added"
    return order.index


def _drivers(session: Session, filters: Filters) -> Iterator[Driver]:
    """The conditions that may leave few entries, those that are most likely to first."""
    if filters.ids:
        yield Driver(len(filters.ids), BY_NUMBER)
    for word in filters.words:
        yield _word(session, word)
    for index, condition in _indexed(filters):
        some = select(Entry.id).with_hint(Entry, f"INDEXED BY {index}").where(condition).limit(FEW + 1)
        yield Driver(_count(session, some), f"INDEXED BY {index}")
    if filters.source:
        named = select(Name.entry_id).where(Name.source == filters.source)
        yield Driver(_count(session, named.limit(FEW + 1)), BY_NUMBER, Entry.id.in_(named))
    if filters.owner == "visible" and visibility(filters):
        seen = Filters(person=filters.person, deleted=filters.deleted)
        if counted(session, seen) <= FEW:
            own = select(Entry.id).with_hint(Entry, "INDEXED BY entries_by_owner_added")
            shared = select(Entry.id).with_hint(Entry, "INDEXED BY entries_by_shared")
            both = union_all(
                own.where(Entry.owner_id.in_((filters.person, HOUSE))), shared.where(Entry.shared.is_(True))
            ).subquery()
            count = _count(session, select(both.c.id).limit(FEW + 1))
            yield Driver(count, BY_NUMBER, Entry.id.in_(select(both.c.id)))


def _indexed(filters: Filters) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """The conditions that have an index, and its name."""
    nothing = Filters(administrator=True)
    for index, names in (
        ("entries_by_confidence", ("confidence_from", "confidence_to")),
        ("entries_by_novelty", ("novelty_from", "novelty_to")),
        ("entries_by_added", ("added_from", "added_to")),
        ("entries_by_taken", ("taken_from", "taken_to")),
        ("entries_by_label_added", ("labels",)),
        ("ix_entries_state_id", ("states",)),
        ("entries_by_model_added", ("model",)),
        ("ix_entries_corrected_at_id", ("corrected",)),
        ("ix_entries_deleted_at_id", ("deleted",)),
    ):
        asked = {name: getattr(filters, name) for name in names}
        if names == ("corrected",) and not filters.corrected:
            continue
        if asked != {name: getattr(nothing, name) for name in names}:
            yield index, _only(replace(nothing, **asked))
    if filters.owner == "mine":
        yield "entries_by_owner_added", Entry.owner_id == filters.person
    if filters.owner == "shared":
        yield "entries_by_shared", Entry.shared.is_(True)


def _only(asked: Filters) -> ColumnElement[bool]:
    """The condition of the one thing that is asked, without that nothing is deleted."""
    found = facts(asked)
    return found[0] if asked.deleted else _all(found[1:])


def _all(found: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return and_(*found)


def _words(filters: Filters, driver: str) -> list[ColumnElement[bool]]:
    """The conditions on texts; the driver's is answered already."""
    found: list[ColumnElement[bool]] = [
        func.instr(Entry.search_text, word) > 0 for word in filters.words if word != driver
    ]
    if filters.part_of_name:
        found.append(in_name(filters.part_of_name, sqlite=True))
    return found


def _word(session: Session, word: str) -> Driver:
    """What full text search says of a word; of one or two letters, through the trigrams that they begin."""
    if len(word) >= TRIGRAM:
        asked = phrase(word)
    else:
        asked = " OR ".join(phrase(one) for one in _trigrams(session, word))
        if not asked:
            return Driver(FEW + 1, "")
    matching = select(TEXTS.c.rowid).where(TEXTS.c.entries_text.op("MATCH")(asked))
    return Driver(_count(session, matching.limit(FEW + 1)), BY_NUMBER, Entry.id.in_(matching), word)


def _trigrams(session: Session, word: str) -> list[str]:
    """The trigrams that begin with a short word; none where they are too many, or in too many texts."""
    query = text("SELECT term, doc FROM entries_trigrams WHERE term >= :low AND term <= :high")
    found, entries = [], 0
    high = word + 2 * "\U0010ffff"
    for term, count in session.execute(query, {"low": word, "high": high}):
        entries += count
        found.append(term)
        if entries > FEW or len(found) > _MOST_TRIGRAMS:
            return []
    return found or [word + "\n\n"]


def _count(session: Session, some: Any) -> int:
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0
