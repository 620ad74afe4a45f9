"""Filters of entries, as values and as conditions of a query. Runs no query."""

import math
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self, get_args

from sqlalchemy import ColumnElement, column, exists, func, or_, select, table
from sqlalchemy.orm import InstrumentedAttribute

from tenfold.catalogue.entries.tables import DONE, FAILED, SOURCES, SYSTEM, WAITING, Entry, Name
from tenfold.database import GREATEST_ID, Database
from tenfold.errors import UsageError

Owner = Literal["visible", "mine", "shared"]

STATES = (WAITING, DONE, FAILED)
MOST_IDS = 10_000
_LONGEST_TEXT = 200
_MOMENTS = ("added_from", "added_to", "taken_from", "taken_to")
# Full text search looks texts up by their trigrams; what is shorter has none.
TRIGRAM = 3
# SQLite's full text table (migration 0002).
TEXTS = table("entries_text", column("rowid"), column("entries_text"))


@dataclass(frozen=True)
class Filters:
    """Filters of one person's request.

    An entry matches if it meets all; a filter that is left out is always met.

    Attributes:
        person: who asks; sees their own entries, the system's and those that are shared.
        owner: all that `person` sees, only their own, or only what is shared.
        labels: any of these classes; "" is none of the classes.
        states: any of waiting, done and failed.
        corrected: whether a person said what it is.
        confidence_from, confidence_to: the model's, 0 to 1, both ends included.
        novelty_from, novelty_to: both ends included.
        added_from, added_to, taken_from, taken_to: aware of their time zone; from is included, to is not.
        source: how it came: upload, api, folder, watch or camera.
        name: a part of its name or of a name that its content came under, in any case of letters.
        text: words, each of them anywhere in names, folders, sources and class, in any case of letters.
        class_names: what people call classes, for the words of `text`: a class, and its names in languages.
        model: SHA-256 of the model that named it.
        deleted: only what was deleted, instead of only what was not.

    Raises:
        UsageError: a value that cannot be, or two that exclude each other.
    """

    person: int = SYSTEM
    administrator: bool = False
    owner: Owner = "visible"
    labels: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    corrected: bool | None = None
    confidence_from: float | None = None
    confidence_to: float | None = None
    novelty_from: float | None = None
    novelty_to: float | None = None
    added_from: datetime | None = None
    added_to: datetime | None = None
    taken_from: datetime | None = None
    taken_to: datetime | None = None
    source: str = ""
    name: str = ""
    text: str = ""
    class_names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    model: str = ""
    deleted: bool = False
    ids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        _one_of("owner", self.owner, get_args(Owner))
        for state in self.states:
            _one_of("state", state, STATES)
        if self.source:
            _one_of("source", self.source, tuple(SOURCES))
        for name in ("confidence", "novelty", "added", "taken"):
            _ordered(name, getattr(self, f"{name}_from"), getattr(self, f"{name}_to"))
        for name, values in (
            ("label", self.labels),
            ("name", (self.name,)),
            ("text", (self.text,)),
            ("model", (self.model,)),
        ):
            for value in values:
                _searchable(name, value)
        _known_ids(self.ids)

    def as_json(self) -> dict[str, Any]:
        """The filters as JSON values, for `of_json`."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def of_json(cls, values: dict[str, Any]) -> Self:
        """The filters from the result of `as_json`."""
        moments = {name: datetime.fromisoformat(values[name]) for name in _MOMENTS if values.get(name)}
        return cls(**{name: _tuples(value) for name, value in values.items()} | moments)

    @property
    def part_of_name(self) -> str:
        """`name` in the form of `searched`."""
        return searched(self.name).strip()

    @property
    def words(self) -> tuple[str, ...]:
        """All that must be part of `Entry.search_text`, which has the names too, in its form."""
        name = self.part_of_name
        return (*((name,) if name else ()), *searched(self.text).split())

    def classes_called(self, word: str) -> tuple[str, ...]:
        """The classes of whose names `word`, in the form of `searched`, is a part."""
        return tuple(
            label for label, names in self.class_names if any(word in searched(name) for name in names)
        )


def searched(text: str) -> str:
    """A text as it is searched: composed (NFC), in lower case."""
    return unicodedata.normalize("NFC", text).lower()


def conditions(filters: Filters, database: Database) -> list[ColumnElement[bool]]:
    """`filters` as conditions on Entry, all of which must hold."""
    named = [in_name(filters.part_of_name, sqlite=database.sqlite)] if filters.part_of_name else []
    words = [or_called(filters, word, has_word(word, database)) for word in filters.words]
    return [*facts(filters), *words, *named]


def or_called(filters: Filters, word: str, found: ColumnElement[bool]) -> ColumnElement[bool]:
    """`found`, or that the entry's class is called by `word`."""
    labels = filters.classes_called(word)
    return or_(found, Entry.label.in_(labels)) if labels else found


def facts(filters: Filters, of: type[Entry] = Entry) -> list[ColumnElement[bool]]:
    """All conditions but those on texts, on `of`: Entry, or an alias of it."""
    found = [
        *visibility(filters, of),
        of.deleted_at.is_not(None) if filters.deleted else of.deleted_at.is_(None),
    ]
    if filters.labels:
        found.append(of.label.in_(filters.labels))
    if filters.states:
        found.append(of.state.in_(filters.states))
    if filters.corrected is not None:
        found.append(of.corrected_at.is_not(None) if filters.corrected else of.corrected_at.is_(None))
    if filters.source:
        found.append(of.sources.bitwise_and(SOURCES[filters.source]) != 0)
    if filters.model:
        found.append(of.model_hash == filters.model)
    if filters.ids:
        found.append(of.id.in_(filters.ids))
    return [*found, *_ranges(filters, of)]


def visibility(filters: Filters, of: type[Entry] = Entry) -> list[ColumnElement[bool]]:
    """The condition on what the person may see, and on its owner."""
    if filters.owner == "mine":
        return [of.owner_id == filters.person]
    if filters.owner == "shared":
        return [of.shared.is_(True)]
    if filters.administrator:
        return []
    return [or_(of.owner_id.in_((filters.person, SYSTEM)), of.shared)]


def sees_paths(entry: Entry, person: int, *, administrator: bool, system: bool) -> bool:
    """Whether a person sees where an entry's files are: their own entries' they do.

    Args:
        system: whether they see where everybody's pictures are.
    """
    return administrator or (system if entry.owner_id == SYSTEM else entry.owner_id == person)


def has_word(word: str, database: Database) -> ColumnElement[bool]:
    """That `word`, in the form of `searched`, is part of an entry's text; %, _ and quotes are letters."""
    if not database.sqlite:
        return Entry.search_text.contains(word, autoescape=True)
    if len(word) < TRIGRAM:
        return func.instr(Entry.search_text, word) > 0
    return Entry.id.in_(select(TEXTS.c.rowid).where(TEXTS.c.entries_text.op("MATCH")(phrase(word))))


def in_name(part: str, *, sqlite: bool) -> ColumnElement[bool]:
    """That `part`, in the form of `searched`, is in the name that is shown, or one that the content has."""

    def found(name: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        # PostgreSQL's own collation may know no letters but English ones.
        small = func.lower(name if sqlite else name.collate("und-x-icu"))
        return small.contains(part, autoescape=True)

    return or_(found(Entry.name), exists().where(Name.entry_id == Entry.id, found(Name.name)))


def phrase(word: str) -> str:
    """A word as SQLite's full text search takes it."""
    return '"' + word.replace('"', '""') + '"'


def _ranges(filters: Filters, of: type[Entry]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column_, low, high in (
        (of.confidence, filters.confidence_from, filters.confidence_to),
        (of.novelty, filters.novelty_from, filters.novelty_to),
    ):
        found += [column_ >= low] if low is not None else []
        found += [column_ <= high] if high is not None else []
    for moment, start, end in (
        (of.added_at, filters.added_from, filters.added_to),
        (of.taken_at, filters.taken_from, filters.taken_to),
    ):
        found += [moment >= start] if start is not None else []
        found += [moment < end] if end is not None else []
    return found


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(
            f"The filter {name}",
            "has a value that does not exist",
            received=f"{value!r:.60}",
            cure=f"Use one of {', '.join(known)}.",
            reason="filter-value",
        )


def _ordered(name: str, low: float | datetime | None, high: float | datetime | None) -> None:
    for end, value in (("from", low), ("to", high)):
        if isinstance(value, datetime):
            assert value.tzinfo is not None, "a moment without a time zone"
            _within_calendar(f"{name}_{end}", value)
        elif value is not None and not math.isfinite(value):
            raise UsageError(
                f"The filter {name}_{end}",
                "is no number",
                received=f"{value}",
                cure="Write one.",
                reason="filter-value",
            )
    if low is None or high is None:
        return
    # Two of a kind, both numbers or both moments.
    if low > high:  # type: ignore[operator]
        raise UsageError(
            f"The filter {name}_from",
            f"is above {name}_to",
            received=f"{low} and {high}",
            cure="Exchange them, or leave one out.",
            reason="range-reversed",
        )


def _within_calendar(name: str, value: datetime) -> None:
    try:
        value.astimezone(UTC)
    except OverflowError:
        cure = "Write a day between the years 1 and 9999."
        raise UsageError(
            f"The filter {name}", "is in no year", received=f"{value}", cure=cure, reason="filter-value"
        ) from None


def _searchable(name: str, value: str) -> None:
    if len(value) > _LONGEST_TEXT:
        raise UsageError(
            f"The filter {name}",
            f"is longer than {_LONGEST_TEXT} characters",
            received=f"{len(value):,}",
            cure="Write less of it.",
            reason="text-too-long",
            params={"most": _LONGEST_TEXT},
        )
    # What no database can store: a NUL within a text, and half of a surrogate pair.
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise UsageError(
            f"The filter {name}",
            "has characters that no text has",
            received=f"{value!a:.60}",
            cure="Write it without them.",
            reason="hidden-characters",
        )


def _known_ids(ids: tuple[int, ...]) -> None:
    if len(ids) > MOST_IDS:
        raise UsageError(
            "The filter ids",
            f"names more than {MOST_IDS:,} entries",
            received=f"{len(ids):,}",
            cure="Name fewer.",
        )
    for number in ids:
        if not 0 < number <= GREATEST_ID:
            raise UsageError(
                "The filter ids", "has a number that no entry has", received=f"{number}", cure=""
            )


def _tuples(value: Any) -> Any:
    """JSON's lists as the tuples that they were."""
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
