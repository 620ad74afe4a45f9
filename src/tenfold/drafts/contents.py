"""Changes to the classes and pictures of a draft, and undoing them. Knows tables and no picture's content."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, undefer

from tenfold.database import Database, now
from tenfold.drafts.drafts import add_class, classes, free_name, own, present, unknown
from tenfold.drafts.tables import ChangeKind, Draft, DraftChange, DraftClass, DraftPicture
from tenfold.errors import DraftError, UnknownDraft

# How many changes can be undone; what older ones removed is deleted for good.
MOST_UNDONE = 50


@dataclass(frozen=True)
class NewPicture:
    """A picture to be added. embedding: float32 as bytes; backbone: the hash of the model that made it."""

    hash: str
    name: str
    backbone: str
    embedding: bytes


class Contents:
    """What is in drafts. Every method raises UnknownDraft where there is no such draft of this person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_class(self, draft_id: int, owner: int, name: str) -> int:
        """A new class; its id. Raises DraftError where its name cannot be used."""
        with self._database.writing() as session:
            draft = own(session, draft_id, owner, lock=True)
            made = add_class(session, draft_id, name)
            _note(session, draft, "add-class", {"class": made.id})
            return made.id

    def rename_class(self, draft_id: int, owner: int, class_id: int, name: str) -> None:
        """Raises DraftError where the name cannot be used."""
        with self._database.writing() as session:
            draft, found = _class(session, draft_id, owner, class_id, lock=True)
            others = [one for one in classes(session, draft_id) if one.id != class_id]
            before, found.name = found.name, free_name(name, others)
            if found.name != before:
                _note(session, draft, "rename-class", {"class": class_id, "name": before})

    def remove_class(self, draft_id: int, owner: int, class_id: int) -> None:
        """Remove a class with its pictures."""
        with self._database.writing() as session:
            draft, found = _class(session, draft_id, owner, class_id, lock=True)
            change = _note(session, draft, "remove-class", {"class": class_id})
            found.removed_by = change.id
            session.execute(
                update(DraftPicture)
                .where(DraftPicture.class_id == class_id, DraftPicture.removed_by.is_(None))
                .values(removed_by=change.id)
            )

    def check_room(self, draft_id: int, owner: int, class_id: int, most: int) -> None:
        """Raises DraftError where the draft has `most` pictures, UnknownDraft without the class."""
        with self._database.reading() as session:
            _class(session, draft_id, owner, class_id)
            count = session.scalar(select(func.count()).where(present(draft_id))) or 0
            if count >= most:
                raise _full(most)

    def add_pictures(
        self,
        draft_id: int,
        owner: int,
        class_id: int,
        new: Sequence[NewPicture],
        *,
        batch: int | None,
        recording: bool,
        most: int,
    ) -> dict[str, str]:
        """Add pictures; those with a hash in a live class stay where they are.

        Args:
            batch: pictures that came with the same number are undone together.
            recording: whether they are frames of one recording, numbered by `batch`.
            most: the most pictures that a draft may have.

        Returns:
            the hashes of those that were there already, with the names of their classes.
        """
        with self._database.writing() as session:
            draft, _ = _class(session, draft_id, owner, class_id, lock=True)
            there = _live(session, draft_id)
            rows = [
                DraftPicture(
                    draft_id=draft_id, class_id=class_id, recording=batch if recording else None,
                    added_at=now(), **vars(one),
                )
                for one in {one.hash: one for one in new}.values()
                if one.hash not in there
            ]  # fmt: skip
            if len(there) + len(rows) > most:
                raise _full(most)
            session.add_all(rows)
            session.flush()
            if rows:
                _note_pictures(session, draft, class_id, [one.id for one in rows], batch)
            names = {one.id: one.name for one in classes(session, draft_id)}
            return {one.hash: names[there[one.hash]] for one in new if one.hash in there}

    def remove_pictures(self, draft_id: int, owner: int, pictures: Sequence[int]) -> None:
        """Remove pictures; those that are gone already stay gone."""
        with self._database.writing() as session:
            draft = own(session, draft_id, owner, lock=True)
            found = _pictures(session, draft_id, pictures)
            if found:
                change = _note(session, draft, "remove-pictures", {})
                for one in found:
                    one.removed_by = change.id

    def move_pictures(self, draft_id: int, owner: int, pictures: Sequence[int], class_id: int) -> None:
        """Put pictures into another class of the draft."""
        with self._database.writing() as session:
            draft, _ = _class(session, draft_id, owner, class_id, lock=True)
            found = [one for one in _pictures(session, draft_id, pictures) if one.class_id != class_id]
            if found:
                before = [[one.id, one.class_id] for one in found]
                _note(session, draft, "move-pictures", {"pictures": before})
                for one in found:
                    one.class_id = class_id

    def undo(self, draft_id: int, owner: int) -> list[str]:
        """Undo the last change; the hashes of pictures that are gone for good. Raises DraftError."""
        with self._database.writing() as session:
            draft = own(session, draft_id, owner, lock=True)
            last = select(DraftChange).where(DraftChange.draft_id == draft_id)
            change = session.scalars(last.order_by(DraftChange.id.desc()).limit(1)).first()
            if change is None:
                raise DraftError(f"The draft {draft.name}", "has no change to undo", reason="nothing-to-undo")
            gone = _undone(session, draft, change)
            session.delete(change)
            _touch(draft)
            return gone

    def purge(self, draft_id: int) -> list[str]:
        """Forget changes beyond those that can be undone; the hashes of pictures that are gone for good."""
        with self._database.writing() as session:
            oldest = session.scalar(
                select(DraftChange.id)
                .where(DraftChange.draft_id == draft_id)
                .order_by(DraftChange.id.desc())
                .offset(MOST_UNDONE - 1)
                .limit(1)
            )
            if oldest is None:
                return []
            session.execute(
                delete(DraftChange).where(DraftChange.draft_id == draft_id, DraftChange.id < oldest)
            )
            session.execute(
                delete(DraftClass).where(DraftClass.draft_id == draft_id, DraftClass.removed_by < oldest)
            )
            old = select(DraftPicture).where(
                DraftPicture.draft_id == draft_id, DraftPicture.removed_by < oldest
            )
            return _forget(session, draft_id, session.scalars(old).all())

    def pictures(self, draft_id: int, owner: int, class_id: int) -> Sequence[DraftPicture]:
        """The pictures of a class, the newest first."""
        with self._database.reading() as session:
            _class(session, draft_id, owner, class_id)
            found = select(DraftPicture).where(
                DraftPicture.class_id == class_id, DraftPicture.removed_by.is_(None)
            )
            return session.scalars(found.order_by(DraftPicture.id.desc())).all()

    def name_of(self, draft_id: int, owner: int, content_hash: str) -> str:
        """The name of the picture with this hash, also of one that was removed and can come back."""
        with self._database.reading() as session:
            own(session, draft_id, owner)
            found = select(DraftPicture.name).where(
                DraftPicture.draft_id == draft_id, DraftPicture.hash == content_hash
            )
            name = session.scalar(found.limit(1))
            if name is None:
                raise UnknownDraft(f"The picture {content_hash[:12]}", "is not in this draft")
            return name

    def learnable(self, draft_id: int, owner: int) -> tuple[Draft, list[DraftClass], list[DraftPicture]]:
        """A draft, its classes, and all its pictures with their embeddings, in the order of time."""
        with self._database.reading() as session:
            draft = own(session, draft_id, owner)
            found = (
                select(DraftPicture)
                .where(present(draft_id))
                .options(undefer(DraftPicture.embedding))
                .order_by(DraftPicture.id)
            )
            return draft, list(classes(session, draft_id)), list(session.scalars(found))

    def embedded(self, embeddings: dict[int, bytes], backbone: str) -> None:
        """Replace the embeddings of pictures, by the pictures' ids."""
        with self._database.writing() as session:
            for number, embedding in embeddings.items():
                session.execute(
                    update(DraftPicture)
                    .where(DraftPicture.id == number)
                    .values(embedding=embedding, backbone=backbone)
                )


def _class(
    session: Session, draft_id: int, owner: int, class_id: int, *, lock: bool = False
) -> tuple[Draft, DraftClass]:
    draft = own(session, draft_id, owner, lock=lock)
    found = session.get(DraftClass, class_id)
    if found is None or found.draft_id != draft_id or found.removed_by is not None:
        raise unknown("class", class_id)
    return draft, found


def _live(session: Session, draft_id: int) -> dict[str, int]:
    """The hashes of all pictures of a draft, with their classes."""
    found = select(DraftPicture.hash, DraftPicture.class_id).where(present(draft_id))
    return {row.hash: row.class_id for row in session.execute(found)}


def _pictures(session: Session, draft_id: int, numbers: Sequence[int]) -> Sequence[DraftPicture]:
    return session.scalars(select(DraftPicture).where(present(draft_id), DraftPicture.id.in_(numbers))).all()


def _touch(draft: Draft) -> None:
    draft.version += 1
    draft.changed_at = now()


def _note(session: Session, draft: Draft, kind: ChangeKind, details: dict[str, Any]) -> DraftChange:
    _touch(draft)
    change = DraftChange(draft_id=draft.id, kind=kind, details=details)
    session.add(change)
    session.flush()
    return change


def _note_pictures(
    session: Session, draft: Draft, class_id: int, pictures: list[int], batch: int | None
) -> None:
    """Record pictures that were added; further ones of the last batch belong to the same change."""
    newest = select(DraftChange).where(DraftChange.draft_id == draft.id)
    last = session.scalars(newest.order_by(DraftChange.id.desc()).limit(1)).first()
    details = {"class": class_id, "batch": batch}
    if last and batch is not None and last.kind == "add-pictures" and details.items() <= last.details.items():
        last.details = {**details, "pictures": [*last.details["pictures"], *pictures]}
        _touch(draft)
    else:
        _note(session, draft, "add-pictures", {**details, "pictures": pictures})


def _undone(session: Session, draft: Draft, change: DraftChange) -> list[str]:
    details = change.details
    if change.kind == "add-pictures":
        return _forget(session, draft.id, _pictures(session, draft.id, details["pictures"]))
    if change.kind == "move-pictures":
        for number, class_id in details["pictures"]:
            session.execute(update(DraftPicture).where(DraftPicture.id == number).values(class_id=class_id))
    elif change.kind in ("remove-pictures", "remove-class"):
        for table in (DraftPicture, DraftClass):
            session.execute(update(table).where(table.removed_by == change.id).values(removed_by=None))
    elif change.kind == "add-class":
        session.execute(delete(DraftClass).where(DraftClass.id == details["class"]))
    else:
        session.get_one(DraftClass, details["class"]).name = details["name"]
    return []


def _forget(session: Session, draft_id: int, pictures: Sequence[DraftPicture]) -> list[str]:
    """Delete rows; the hashes that no other picture of the draft has."""
    hashes = {one.hash for one in pictures}
    for one in pictures:
        session.delete(one)
    session.flush()
    left = select(DraftPicture.hash).where(DraftPicture.draft_id == draft_id, DraftPicture.hash.in_(hashes))
    return sorted(hashes - set(session.scalars(left)))


def _full(most: int) -> DraftError:
    return DraftError(
        "The draft", "has as many pictures as one may be taught from", received=f"{most:,}",
        cure="Remove some, or train a network on them with `tenfold train`.",
        reason="draft-full", params={"most": most},
    )  # fmt: skip
