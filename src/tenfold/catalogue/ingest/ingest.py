"""Adds pictures to the catalogue, and the model's answers for them. Runs no model, opens no path.

In two steps, so that many may be done at once: `keep` looks at a picture and puts its bytes on the disk (safe
in many threads), `enter` writes entries for many kept pictures in one transaction. A process that ends
between the two leaves a file without an entry, which the next `keep` of the same content finds and uses.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tenfold import images
from tenfold.catalogue.entries.erasing import delete_unused, erased, forget_erased
from tenfold.catalogue.entries.names import kept_path, safe_file_name
from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.search_text import names_of, search_text
from tenfold.catalogue.entries.tables import FAILED, SOURCES, SYSTEM, WAITING, Entry, ErasedEntry, Name
from tenfold.catalogue.ingest import exif
from tenfold.catalogue.ingest.answers import write_answers
from tenfold.catalogue.ingest.known_files import FileOutcome, FileState, note
from tenfold.database import Database, now
from tenfold.errors import CatalogueError, PictureError
from tenfold.images import MEDIA_TYPES, Limits
from tenfold.predictions import Prediction

_IDS_AT_ONCE = 1000
# A file of fewer bytes, or of fewer for each pixel, may be a header and nothing else.
_FEW_BYTES, _FEW_BYTES_A_PIXEL = 4096, 0.02
# All rows of one INSERT name all columns.
_WITH_NULLS = {"render_nulls": True}


@dataclass(frozen=True)
class StoredPicture:
    """A picture whose bytes are on the disk.

    name: as it came. path: the file's absolute path, "" for an upload. file: the state of that file, to be
    remembered with the entry.
    """

    hash: str
    bytes: int
    media_type: str
    width: int
    height: int
    taken: exif.ExifFacts
    name: str
    path: str = ""
    file: FileState | None = None


@dataclass(frozen=True)
class IngestedEntry:
    """An entry, and whether it is there only since now.

    One that was deleted stays deleted: whoever adds it for a person restores it, as an action.
    """

    entry: Entry = field(repr=False)
    new: bool


class PendingEntry(NamedTuple):
    """An entry that has no answer yet: its number, the hash of its content, the name that it is shown by,
    and how often it was tried, this time included.
    """

    entry: int
    hash: str
    name: str
    attempts: int


class Ingest:
    """Adds pictures to the catalogue. Safe in many threads and processes."""

    def __init__(self, database: Database, originals: Originals, limits: Limits) -> None:
        self._database, self._originals, self._limits = database, originals, limits
        self._one_writer = threading.Lock()

    @property
    def limits(self) -> Limits:
        return self._limits

    def add(
        self,
        content: bytes,
        *,
        name: str,
        source: str,
        owner: int = SYSTEM,
        by: int = SYSTEM,
        shared: bool = True,
        path: str = "",
    ) -> IngestedEntry:
        """Add a picture: kept for good when this returns, waiting to be classified.

        Args:
            name: the file's name as it came; kept without what could harm.
            source: upload, api, folder, watch or camera.
            owner: whose it is; the same content of the same owner is one entry with two names.
            shared: whether others see it, where the entry is new.

        Raises:
            PictureError: it is no picture, or too large; nothing is kept.
            CatalogueError: the disk is full, or may not be written.
        """
        kept = self.keep(content, name=name, path=path)
        return self.enter([kept], source=source, owner=owner, by=by, shared=shared, again=True)[0]

    def keep(
        self, content: bytes, *, name: str, path: str = "", file: FileState | None = None
    ) -> StoredPicture:
        """Look at a picture's header and put its bytes on the disk. Raises as `add`."""
        header = images.header(content, name=path or name, limits=self._limits)
        if len(content) < max(_FEW_BYTES, _FEW_BYTES_A_PIXEL * header.width * header.height):
            images.read(content, name=path or name, limits=self._limits)
        taken = exif.read(header.exif)
        return StoredPicture(
            hash=self._originals.put(content),
            bytes=len(content),
            media_type=MEDIA_TYPES[header.kind],
            width=header.width,
            height=header.height,
            taken=taken,
            name=name,
            path=path,
            file=file,
        )

    def enter(
        self, pictures: Sequence[StoredPicture], *, source: str, owner: int, by: int, shared: bool,
        worker: str | None = None, again: bool = False,
    ) -> list[IngestedEntry]:  # fmt: skip
        """Entries for kept pictures, in their order: all of them, or none if it fails.

        Args:
            again: a person adds these pictures: failed ones are tried again, and those that were deleted for
                good come back. Otherwise the latter are left out.
            worker: classifies new entries at once, as if it had them from `begin`; None: they wait for any.
        """
        if not pictures:
            return []
        with self._writing() as session:
            if again:
                forget_erased(session, owner, [one.hash for one in pictures])
            else:
                pictures = self._without_erased(session, owner, pictures)
                if not pictures:
                    return []
            # In the order of hashes, so that two processes that add the same pictures cannot deadlock.
            ordered = sorted(pictures, key=lambda one: one.hash)
            names = [
                Name(name=safe_file_name(one.name), source=source, path=kept_path(one.path))
                for one in ordered
            ]
            new = self._insert(session, ordered, names, owner, by, shared, worker)
            self._check_files(new)
            entries = _with_hashes(session, owner, [one.hash for one in ordered])
            if again:
                _try_again(entries.values())
            numbers = [entries[one.hash].id for one in ordered]
            self._name(session, numbers, names, by)
            for entry in entries.values():  # as the database has set it with the names
                set_committed_value(entry, "sources", entry.sources | SOURCES[source])
            named_again = Counter(one.hash for one in ordered) - Counter(new)
            all_names = names_of(session, [entries[content].id for content in named_again])
            for content in named_again:
                entry = entries[content]
                entry.search_text = search_text(all_names[entry.id], entry.label, entry.name)
            files = [(one.file, entry) for one, entry in zip(ordered, numbers, strict=True) if one.file]
            note(self._database, session, owner, [FileOutcome(file, entry=entry) for file, entry in files])
        found, fresh = [], set(new)
        for one in pictures:
            found.append(IngestedEntry(entries[one.hash], new=one.hash in fresh))
            fresh.discard(one.hash)
        return found

    def refuse(self, owner: int, refused: Iterable[FileOutcome]) -> None:
        """Remember files that are no pictures, and why, so that they are not read again."""
        with self._writing() as session:
            note(self._database, session, owner, refused)

    def waits(self, most: int = 1) -> int:
        """How many entries wait for an answer; counts no further than `most`."""
        some = select(Entry.id).where(Entry.state == WAITING).limit(most).subquery()
        return self._database.scalar(select(func.count()).select_from(some)) or 0

    def begin(
        self,
        limit: int,
        among: Sequence[int] | None = None,
        *,
        worker: str | None = None,
        living: Collection[str] = (),
        besides: Collection[int] = (),
    ) -> list[PendingEntry]:
        """Entries to be classified now, the oldest first; an attempt is counted for each.

        Those that were never tried come first. One that was tried without an answer comes alone, the least
        tried first: it may have crashed the process that read it, and must not take others with it again.

        Args:
            among: only these.
            worker: it holds them until they have an answer; it may ask for its own again.
            living: the names of all workers that live. Entries of other living workers are left out; those of
                dead ones are not.
            besides: these are left out.
        """
        free = or_(Entry.worker.is_(None), Entry.worker.not_in(set(living) - {worker}))
        query = select(Entry.id, Entry.hash, Entry.name, Entry.attempts + 1)
        query = query.where(Entry.state == WAITING, free, Entry.id.not_in(besides))
        if among is not None:
            query = query.where(Entry.id.in_(among))
        query = query.with_for_update(skip_locked=True)
        new = query.where(Entry.attempts == 0).order_by(Entry.id).limit(limit)
        tried = query.where(Entry.attempts > 0).order_by(Entry.attempts, Entry.id).limit(1)
        with self._writing() as session:
            rows = session.execute(new).all() or session.execute(tried).all()
            found = [PendingEntry(*row) for row in rows]
            session.execute(
                update(Entry)
                .where(Entry.id.in_([one.entry for one in found]))
                .values(attempts=Entry.attempts + 1, worker=worker)
            )
            return found

    def put_back(self, numbers: Sequence[int]) -> None:
        """Entries of `begin` that were not tried, because this process stops: no attempt is counted."""
        with self._writing() as session:
            session.execute(
                update(Entry)
                .where(Entry.id.in_(numbers), Entry.state == WAITING)
                .values(attempts=Entry.attempts - 1, worker=None)
            )

    def known(self, hashes: Sequence[str], *, owner: int) -> list[str]:
        """Those of the hashes that are an owner's pictures and not deleted, in their order."""
        there = set[str]()
        for start in range(0, len(hashes), _IDS_AT_ONCE):
            some = hashes[start : start + _IDS_AT_ONCE]
            query = select(Entry.hash).where(Entry.owner_id == owner, Entry.hash.in_(some))
            there.update(self._database.scalars(query.where(Entry.deleted_at.is_(None))))
        return [one for one in hashes if one in there]

    def entries(self, numbers: Iterable[int]) -> list[Entry]:
        """Entries as they are now."""
        return self._database.scalars(select(Entry).where(Entry.id.in_(list(numbers))).order_by(Entry.id))

    def take_answers(
        self,
        answers: Sequence[tuple[int, Prediction | PictureError]],
        model_hash: str,
        *,
        threshold: float | None = None,
        perceptual_hashes: Mapping[int, int] | None = None,
        embedding: str = "",
    ) -> None:
        """Write a model's answers to entries; what a person said about an entry stays.

        Args:
            answers: entry ids with what the model said, or why it could say nothing.
            threshold: the novelty above which that model says "none of these".
            perceptual_hashes: the pictures' (perceptual_hash.py), by entry id.
            embedding: the hash of the model whose embeddings that model has; empty: its own.
        """
        with self._writing() as session:
            write_answers(
                self._database,
                session,
                dict(answers),
                model_hash,
                threshold,
                perceptual_hashes or {},
                embedding or model_hash,
            )

    def _without_erased(
        self, session: Session, owner: int, pictures: Sequence[StoredPicture]
    ) -> Sequence[StoredPicture]:
        """Those that were not deleted for good; the files of the others are deleted again, and remembered."""
        gone = erased(session, owner, {one.hash for one in pictures})
        if not gone:
            return pictures
        self._database.lock(session, Entry)
        delete_unused(session, self._originals, gone)
        files = [
            FileOutcome(one.file, entry=gone[one.hash]) for one in pictures if one.hash in gone and one.file
        ]
        note(self._database, session, owner, files)
        return [one for one in pictures if one.hash not in gone]

    def _check_files(self, contents: Iterable[str]) -> None:
        """Raise where another process deleted a content for good after it was kept."""
        if not all(map(self._originals.has, contents)):
            raise CatalogueError(
                "A picture",
                "was deleted for good while it was added",
                cure="Add it again.",
            )

    def _first_number(self, session: Session) -> int | None:
        """The number of the next entry, where the database would use one again; else None."""
        if not self._database.sqlite:
            return None
        erased_last = session.scalar(select(func.max(ErasedEntry.id))) or 0
        last = session.scalar(select(func.max(Entry.id))) or 0
        return erased_last + 1 if erased_last > last else None

    def _insert(
        self,
        session: Session,
        pictures: Sequence[StoredPicture],
        names: Sequence[Name],
        owner: int,
        by: int,
        shared: bool,
        worker: str | None,
    ) -> set[str]:
        """Entries of those contents that their owner does not have; the hashes of these."""
        moment, first = now(), self._first_number(session)
        rows = [
            ({} if first is None else {"id": first + place})
            | {
                "owner_id": owner,
                "hash": one.hash,
                "bytes": one.bytes,
                "media_type": one.media_type,
                "width": one.width,
                "height": one.height,
                "taken_at": one.taken.at,
                "latitude": one.taken.latitude,
                "longitude": one.taken.longitude,
                "camera": one.taken.camera,
                "added_at": moment,
                "added_by": by,
                "shared": shared,
                "name": name.name,
                "search_text": search_text([name], None, name.name),
                "state": WAITING,
                "worker": worker,
                "attempts": 0 if worker is None else 1,
            }
            for place, (one, name) in enumerate(zip(pictures, names, strict=True))
        ]
        statement = self._database.insert(Entry).on_conflict_do_nothing(index_elements=["owner_id", "hash"])
        return set(session.scalars(statement.returning(Entry.hash), rows, execution_options=_WITH_NULLS))

    def _name(self, session: Session, entries: Sequence[int], names: Sequence[Name], by: int) -> None:
        moment = now()
        rows = [
            {
                "entry_id": entry,
                "key": hashlib.sha256("\0".join((name.source, name.path, name.name)).encode()).hexdigest(),
                "name": name.name,
                "source": name.source,
                "path": name.path,
                "added_at": moment,
                "added_by": by,
            }
            for entry, name in zip(entries, names, strict=True)
        ]
        statement = self._database.insert(Name).on_conflict_do_nothing(index_elements=["entry_id", "key"])
        session.execute(statement, rows)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A transaction. SQLite's writers poll while they wait; threads of this process queue instead."""
        if not self._database.sqlite:
            with self._database.writing() as session:
                yield session
            return
        with self._one_writer, self._database.writing() as session:
            yield session


def _with_hashes(session: Session, owner: int, hashes: Sequence[str]) -> dict[str, Entry]:
    """An owner's entries, by their hashes."""
    query = select(Entry).where(Entry.owner_id == owner, Entry.hash.in_(hashes)).order_by(Entry.hash)
    return {entry.hash: entry for entry in session.scalars(query.with_for_update())}


def _try_again(entries: Iterable[Entry]) -> None:
    for entry in entries:
        if entry.state == FAILED:
            entry.state, entry.problem, entry.attempts = WAITING, None, 0
