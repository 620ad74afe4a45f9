"""Pictures into the catalogue, and the model's answers about them. Runs no model, opens no path.

In two steps, so that many may be done at once: `keep` looks at a picture and puts its bytes on the disk (safe
in many threads), `enter` writes entries for many kept pictures in one transaction. Whatever ends the process
between the two leaves a file without an entry, which the next `keep` of the same content finds and uses.
"""

import hashlib
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import func, null, or_, select, update
from sqlalchemy.orm import Session

from tenfold import images
from tenfold.catalogue.entries.filters import searched
from tenfold.catalogue.entries.names import kept_path, safe_file_name
from tenfold.catalogue.entries.store import Store
from tenfold.catalogue.entries.tables import DONE, FAILED, NONE, SYSTEM, WAITING, Embedding, Entry, Name
from tenfold.catalogue.ingest import exif
from tenfold.catalogue.ingest.known_files import FileState, note
from tenfold.catalogue.search import review
from tenfold.database import Database, now
from tenfold.errors import PictureError
from tenfold.images import MEDIA_TYPES, Limits
from tenfold.predictions import Prediction

_IDS_AT_ONCE = 1000


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
    """An entry, and whether it is there only since now (or again, after a deletion)."""

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
    """The way into the catalogue. Safe in many threads and processes.

    Args:
        store: where the bytes are kept.
        limits: what is refused as too large.
    """

    def __init__(self, database: Database, store: Store, limits: Limits) -> None:
        self._database, self._store, self._limits = database, store, limits
        self._one_writer = threading.Lock()

    @property
    def limits(self) -> Limits:
        return self._limits

    def clear_abandoned(self) -> None:
        """Remove what was left in the store by writes that were cut off long ago."""
        self._store.clear_abandoned()

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
        return self.enter([kept], source=source, owner=owner, by=by, shared=shared)[0]

    def keep(
        self, content: bytes, *, name: str, path: str = "", file: FileState | None = None
    ) -> StoredPicture:
        """Look at a picture's header and put its bytes on the disk. Raises as `add`."""
        header = images.header(content, name=path or name, limits=self._limits)
        taken = exif.read(header.exif)
        return StoredPicture(
            hash=self._store.put(content),
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
        worker: str | None = None,
    ) -> list[IngestedEntry]:  # fmt: skip
        """Entries for kept pictures, in their order: all of them, or none where it ends with an error.

        Args:
            worker: the one that classifies what is new, as in `begin`; None: any.
        """
        found: dict[int, IngestedEntry] = {}
        with self._writing() as session:
            # In the order of hashes, so that two who add the same pictures never wait for each other.
            for place in sorted(range(len(pictures)), key=lambda place: pictures[place].hash):
                one = pictures[place]
                name = Name(name=safe_file_name(one.name), source=source, path=kept_path(one.path))
                added = self._insert(session, one, name, owner, by, shared, worker)
                if added is not None:
                    self._name(session, added.entry, name, by)
                else:
                    added = self._known(session, one, owner)
                    self._name(session, added.entry, name, by)
                    names = _names(session, [added.entry.id])[added.entry.id]
                    added.entry.search_text = search_text(names, added.entry.label, added.entry.name)
                    session.flush()
                if one.file is not None:
                    note(self._database, session, owner, one.file, entry=added.entry.id)
                found[place] = added
        return [found[place] for place in range(len(pictures))]

    def refuse(self, owner: int, refused: Iterable[tuple[FileState, str]]) -> None:
        """Remember files that are no pictures, and why, so that they are not read again."""
        with self._writing() as session:
            for file, problem in refused:
                note(self._database, session, owner, file, problem=problem)

    def waits(self, most: int = 1) -> int:
        """How many entries wait for an answer; counts no further than `most`."""
        some = select(Entry.id).where(Entry.state == WAITING).limit(most).subquery()
        with self._database.reading() as session:
            return session.scalar(select(func.count()).select_from(some)) or 0

    def begin(
        self,
        limit: int,
        among: Sequence[int] | None = None,
        *,
        worker: str | None = None,
        living: Collection[str] = (),
    ) -> list[PendingEntry]:
        """Entries to be classified now, the oldest first; an attempt is counted for each.

        Those that were never tried come first. One that was, and has no answer, comes alone: it may have
        ended the process that read it, and must not do so to others again.

        Args:
            limit: the most that are wanted.
            among: only these.
            worker: whose they are until they have an answer; it may ask for its own again.
            living: the names of all workers that live. No other worker's entries are among the answer, but
                those of one that died are.
        """
        free = or_(Entry.worker.is_(None), Entry.worker.not_in(set(living) - {worker}))
        query = select(Entry.id, Entry.hash, Entry.name, Entry.attempts + 1)
        query = query.where(Entry.state == WAITING, free)
        if among is not None:
            query = query.where(Entry.id.in_(among))
        query = query.order_by(Entry.id).with_for_update(skip_locked=True)
        with self._writing() as session:
            rows = session.execute(query.where(Entry.attempts == 0).limit(limit)).all()
            rows = rows or session.execute(query.where(Entry.attempts > 0).limit(1)).all()
            found = [PendingEntry(*row) for row in rows]
            session.execute(
                update(Entry)
                .where(Entry.id.in_([one.entry for one in found]))
                .values(attempts=Entry.attempts + 1, worker=worker)
            )
            return found

    def known(self, hashes: Sequence[str], *, owner: int) -> list[str]:
        """Those of the hashes that are an owner's pictures and not deleted, in their order."""
        there = set[str]()
        with self._database.reading() as session:
            for start in range(0, len(hashes), _IDS_AT_ONCE):
                some = hashes[start : start + _IDS_AT_ONCE]
                query = select(Entry.hash).where(Entry.owner_id == owner, Entry.hash.in_(some))
                there.update(session.scalars(query.where(Entry.deleted_at.is_(None))))
        return [one for one in hashes if one in there]

    def entries(self, numbers: Iterable[int]) -> list[Entry]:
        """Entries as they are now."""
        with self._database.reading() as session:
            return list(session.scalars(select(Entry).where(Entry.id.in_(list(numbers))).order_by(Entry.id)))

    def take_answers(
        self,
        answers: Sequence[tuple[int, Prediction | PictureError]],
        model_hash: str,
        *,
        threshold: float | None = None,
        looks: Mapping[int, int] | None = None,
    ) -> None:
        """Write a model's answers to entries; what a person said about an entry stays.

        Args:
            answers: entry ids with what the model said, or why it could say nothing.
            threshold: the novelty above which that model says "none of these".
            looks: what the pictures look like (perceptual_hash.py), by entry id.
        """
        said = dict(answers)
        with self._writing() as session:
            query = select(Entry).where(Entry.id.in_(said)).order_by(Entry.id).with_for_update()
            entries = session.scalars(query).all()
            names = _names(session, [entry.id for entry in entries])
            rows = []
            for entry in entries:
                answer = said[entry.id]
                if isinstance(answer, PictureError):
                    rows.append({"id": entry.id} | _unanswered(answer))
                    continue
                columns = _answered(entry, answer, model_hash, threshold)
                columns["search_text"] = search_text(names[entry.id], columns["label"], entry.name)
                columns["look"] = (looks or {}).get(entry.id, entry.look)
                rows.append({"id": entry.id} | columns)
                self._place(session, entry.id, answer, model_hash)
            session.expunge_all()  # the rows say it all; nothing is to be written twice
            # Rows of one statement must have the same columns.
            for answered in (True, False):
                if some := [row for row in rows if ("label" in row) == answered]:
                    session.execute(update(Entry), some)

    def _insert(
        self,
        session: Session,
        one: StoredPicture,
        name: Name,
        owner: int,
        by: int,
        shared: bool,
        worker: str | None,
    ) -> IngestedEntry | None:
        """The entry of a content that its owner did not have; None where there is one already."""
        statement = self._database.insert(Entry).values(
            owner_id=owner,
            hash=one.hash,
            bytes=one.bytes,
            media_type=one.media_type,
            width=one.width,
            height=one.height,
            taken_at=one.taken.at,
            latitude=one.taken.latitude,
            longitude=one.taken.longitude,
            camera=one.taken.camera,
            added_at=now(),
            added_by=by,
            shared=shared,
            name=name.name,
            search_text=search_text([name], None, name.name),
            state=WAITING,
            worker=worker,
        )
        unless_there = statement.on_conflict_do_nothing(index_elements=["owner_id", "hash"])
        entry = session.scalars(unless_there.returning(Entry)).one_or_none()
        return None if entry is None else IngestedEntry(entry, new=True)

    def _known(self, session: Session, one: StoredPicture, owner: int) -> IngestedEntry:
        """The entry that there is already; back where it was deleted."""
        entry = session.scalars(
            select(Entry).where(Entry.owner_id == owner, Entry.hash == one.hash).with_for_update()
        ).one()
        restored = entry.deleted_at is not None
        entry.deleted_at = None
        if entry.state == FAILED:  # whoever adds it again wants it tried again
            entry.state, entry.problem, entry.attempts = WAITING, None, 0
        return IngestedEntry(entry, new=restored)

    def _name(self, session: Session, entry: Entry, name: Name, by: int) -> None:
        statement = self._database.insert(Name).values(
            entry_id=entry.id,
            key=hashlib.sha256("\0".join((name.source, name.path, name.name)).encode()).hexdigest(),
            name=name.name,
            source=name.source,
            path=name.path,
            added_at=now(),
            added_by=by,
        )
        session.execute(statement.on_conflict_do_nothing(index_elements=["entry_id", "key"]))

    def _place(self, session: Session, entry: int, answer: Prediction, model_hash: str) -> None:
        if answer.embedding is None:
            return
        now_there = {"model_hash": model_hash, "vector": answer.embedding.astype("<f2").tobytes()}
        statement = self._database.insert(Embedding).values(entry_id=entry, **now_there)
        session.execute(statement.on_conflict_do_update(index_elements=["entry_id"], set_=now_there))

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A transaction. SQLite's writers wait by asking again and again: threads here wait in a line."""
        if not self._database.sqlite:
            with self._database.writing() as session:
                yield session
            return
        with self._one_writer, self._database.writing() as session:
            yield session


def search_text(names: Iterable[Name], label: str | None, shown: str = "") -> str:
    """What the words of a search are looked for in: names, the folder of each, sources, class.

    Args:
        names: all names of an entry.
        label: what it is filed under.
        shown: the name that it is shown by, where a person gave it another.
    """
    words = [shown]
    for name in names:
        folder = name.path.replace("\\", "/").split("/")[-2:-1]
        words += [name.name, *folder, name.source]
    words.append(label or "")
    return "\n".join(dict.fromkeys(searched(word) for word in words if word))


def _names(session: Session, entries: Sequence[int]) -> dict[int, list[Name]]:
    """All names of entries, the oldest first."""
    found: dict[int, list[Name]] = {entry: [] for entry in entries}
    for name in session.scalars(select(Name).where(Name.entry_id.in_(found)).order_by(Name.id)):
        found[name.entry_id].append(name)
    return found


def _answered(entry: Entry, answer: Prediction, model_hash: str, threshold: float | None) -> dict[str, Any]:
    """The columns that an answer gives an entry."""
    best = np.sort(list(answer.probabilities.values()))[::-1]
    corrected = entry.corrected_label if entry.corrected_at is not None else None
    look = review.score(
        answer.probabilities,
        known=answer.known,
        novelty=answer.novelty,
        threshold=threshold,
        previous=_said_before(entry, model_hash),
        corrected=corrected,
    )
    said = answer.label if answer.known else NONE
    return {
        "state": DONE,
        "problem": null(),
        "attempts": 0,
        "worker": None,
        "label": said if corrected is None else corrected,
        "model_label": answer.label,
        "confidence": answer.confidence,
        "margin": float(best[0] - best[1]) if len(best) > 1 else 1.0,
        "novelty": answer.novelty,
        "known": answer.known,
        "probabilities": dict(answer.probabilities),
        "model_hash": model_hash,
        "classified_at": now(),
        "review_score": look and look.score,
        "review_reason": look and look.reason,
    }


def _said_before(entry: Entry, model_hash: str) -> str | None:
    """What another model said of an entry."""
    if entry.model_label is None or entry.model_hash == model_hash:
        return None
    return entry.model_label if entry.known else NONE


def _unanswered(problem: PictureError) -> dict[str, Any]:
    return {"state": FAILED, "problem": problem.facts(), "worker": None}
