"""Deletes entries for good: their rows, and files that no other entry uses. It cannot be undone.

Only what is in the bin. Knows nothing of backups, exports and files that were filed on disk, which stay.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.pictures import SIDES, small_key
from tenfold.catalogue.entries.tables import SYSTEM, Change, Entry, ErasedEntry, Proposal
from tenfold.database import Database
from tenfold.storage import BlobStore

# Entries of one transaction, in which their files are deleted too.
_PART = 50


class Eraser:
    """Deletes entries for good. Safe in many threads and processes.

    A kill leaves entries in the bin, some perhaps without their file: deleting them again completes it.

    Args:
        thumbnails: the store of `PictureFiles`.
    """

    def __init__(self, database: Database, originals: Originals, thumbnails: BlobStore) -> None:
        self._database, self._originals, self._thumbnails = database, originals, thumbnails

    def erase(
        self,
        numbers: Collection[int] | None = None,
        *,
        before: datetime | None = None,
        by: int = SYSTEM,
        administrator: bool = False,
    ) -> int:
        """Delete entries that are in the bin for good; returns how many.

        Args:
            numbers: of the entries; those that are not in the bin are left as they are. None: all in the bin.
            before: only those that were put into the bin before.
            by: who does it: their own entries and the system's; administrator: everybody's.
        """
        query = select(Entry.id, Entry.owner_id, Entry.hash).where(Entry.deleted_at.is_not(None)).limit(_PART)
        if before is not None:
            query = query.where(Entry.deleted_at < before)
        if not administrator:
            query = query.where(Entry.owner_id.in_((by, SYSTEM)))
        if numbers is None:
            return self._erase_all(query)
        ordered = sorted(set(numbers))
        parts = (ordered[start : start + _PART] for start in range(0, len(ordered), _PART))
        return sum(self._erase(query.where(Entry.id.in_(part))) for part in parts)

    def _erase_all(self, query: Select[int, int, str]) -> int:
        count = 0
        while erased_now := self._erase(query):  # what was found is gone afterwards
            count += erased_now
        return count

    def _erase(self, query: Select[int, int, str]) -> int:
        """Delete the entries that a query finds, as number, owner and content, in one transaction."""
        with self._database.writing() as session:
            # So that nobody enters one of the contents whose files are deleted.
            self._database.lock(session, Entry)
            rows = session.execute(query).all()
            if not rows:
                return 0
            numbers = [number for number, _, _ in rows]
            session.execute(
                insert(ErasedEntry),
                [{"id": number, "key": key_of(owner, content)} for number, owner, content in rows],
            )
            for table in (Change, Proposal):
                session.execute(delete(table).where(table.entry_id.in_(numbers)))
            session.execute(delete(Entry).where(Entry.id.in_(numbers)))
            for content in delete_unused(session, self._originals, {content for _, _, content in rows}):
                for side in SIDES:
                    self._thumbnails.delete(small_key(content, side))
        return len(rows)


def key_of(owner: int, content: str) -> str:
    """What an owner's content is known by after it was deleted for good."""
    return hashlib.sha256(f"{owner}\0{content}".encode()).hexdigest()


def delete_unused(session: Session, originals: Originals, contents: Collection[str]) -> list[str]:
    """Delete the files of contents that no entry uses, and return these. The caller has locked the table."""
    named = session.scalars(select(Entry.hash).where(Entry.hash.in_(contents)))
    unused = sorted(set(contents) - set(named))
    for content in unused:
        originals.delete(content)
    return unused


def erased(session: Session, owner: int, contents: Collection[str]) -> Mapping[str, int]:
    """Those of an owner's contents that were deleted for good, with the numbers that their entries had."""
    keys = {key_of(owner, content): content for content in contents}
    rows = session.execute(select(ErasedEntry.key, ErasedEntry.id).where(ErasedEntry.key.in_(keys)))
    return {keys[key]: number for key, number in rows if key is not None}


def forget_erased(session: Session, owner: int, contents: Collection[str]) -> None:
    """Treat contents that were deleted for good, and that a person adds again, like any others."""
    keys = [key_of(owner, content) for content in contents]
    session.execute(update(ErasedEntry).where(ErasedEntry.key.in_(keys)).values(key=None))
