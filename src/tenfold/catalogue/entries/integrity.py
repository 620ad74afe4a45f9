"""Checks that every original exists and is unchanged. Changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import func, select

from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import WAITING, Entry
from tenfold.database import Database
from tenfold.errors import CatalogueError

_PAGE = 1000


@dataclass(frozen=True)
class DamagedOriginal:
    """An original that is missing or altered, and the names of its entries."""

    hash: str
    problem: Literal["missing", "altered", "unreadable"]
    names: tuple[str, ...]


@dataclass
class IntegrityReport:
    """What a check found.

    Attributes:
        originals: how many files entries refer to.
        faults: those that are missing or altered.
        unused: files without an entry, from an import that was interrupted; they do no harm.
    """

    originals: int = 0
    faults: list[DamagedOriginal] = field(default_factory=list)
    unused: int = 0
    waiting: int = 0


def check(
    database: Database, originals: Originals, progress: Callable[[int, int], object]
) -> IntegrityReport:
    """Compare every original with its hash. progress: called with how many were read, of how many."""
    found = IntegrityReport()
    with database.reading() as session:
        total = session.scalar(select(func.count(Entry.hash.distinct()))) or 0
        waiting = select(func.count()).select_from(Entry).where(Entry.state == WAITING)
        found.waiting = session.scalar(waiting) or 0
    for content_hash in _hashes(database):
        problem = _problem(originals, content_hash)
        if problem is not None:
            found.faults.append(DamagedOriginal(content_hash, problem, _names(database, content_hash)))
        found.originals += 1
        progress(found.originals, total)
    found.unused = _unused(database, originals)
    return found


def _hashes(database: Database) -> Iterator[str]:
    """The hashes of all entries, deleted ones too, each once, in order."""
    after = ""
    while True:
        query = select(Entry.hash).where(Entry.hash > after).distinct().order_by(Entry.hash).limit(_PAGE)
        page = database.scalars(query)
        if not page:
            return
        yield from page
        after = page[-1]


def _problem(originals: Originals, content_hash: str) -> Literal["missing", "altered", "unreadable"] | None:
    if not originals.has(content_hash):
        return "missing"
    try:
        return "altered" if originals.altered(content_hash) else None
    except (CatalogueError, OSError):
        return "unreadable"


def _names(database: Database, content_hash: str) -> tuple[str, ...]:
    return tuple(database.scalars(select(Entry.name).where(Entry.hash == content_hash).order_by(Entry.id)))


def _unused(database: Database, originals: Originals) -> int:
    """How many files have no entry."""
    count, page = 0, list[str]()
    for content_hash in originals.hashes():
        page.append(content_hash)
        if len(page) == _PAGE:
            count += _without_entry(database, page)
            page.clear()
    return count + _without_entry(database, page)


def _without_entry(database: Database, page: list[str]) -> int:
    named = set(database.scalars(select(Entry.hash).where(Entry.hash.in_(page)).distinct()))
    return len(page) - len(named)
