"""Drafts of own classes, each of one person. Knows tables, no network; trains nothing itself."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from tenfold.database import Database, now
from tenfold.drafts.tables import Draft, DraftChange, DraftClass, DraftPicture
from tenfold.errors import DraftError, UnknownDraft

MOST_DRAFTS, MOST_CLASSES, LONGEST_NAME = 50, 50, 100


@dataclass(frozen=True)
class ClassState:
    """A class of a draft, and how many pictures it has."""

    id: int
    name: str
    pictures: int


@dataclass(frozen=True)
class DraftState:
    """A draft as it is now. undo: the kind of the change that is undone next, if there is one."""

    draft: Draft
    classes: tuple[ClassState, ...]
    undo: str | None


class Drafts:
    """The drafts of all people. A draft of another person is one that does not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, owner: int) -> "Sequence[Draft]":
        """A person's drafts, the one changed last first."""
        found = select(Draft).where(Draft.owner == owner)
        return self._database.scalars(found.order_by(Draft.changed_at.desc(), Draft.id.desc()))

    def begin(self, owner: int, name: str, classes: "Sequence[str]" = ()) -> int:
        """Begin a draft; its id. Raises DraftError where a name cannot be used, or there are too many."""
        with self._database.writing() as session:
            count = session.scalar(select(func.count()).select_from(Draft).where(Draft.owner == owner)) or 0
            if count >= MOST_DRAFTS:
                raise DraftError(
                    "The drafts", "are as many as one person may have", received=str(count),
                    cure="Delete one that is no longer needed.", reason="drafts-full",
                    params={"most": MOST_DRAFTS},
                )  # fmt: skip
            moment = now()
            draft = Draft(
                owner=owner, name=checked_name(name), created_at=moment, changed_at=moment, version=1
            )
            session.add(draft)
            session.flush()
            for one in classes:
                add_class(session, draft.id, one)
            return draft.id

    def state(self, draft_id: int, owner: int) -> DraftState:
        """A draft with its classes. Raises UnknownDraft."""
        with self._database.reading() as session:
            draft = own(session, draft_id, owner)
            pictures = (
                select(DraftPicture.class_id, func.count().label("count"))
                .where(present(draft_id))
                .group_by(DraftPicture.class_id)
            )
            counts = {row.class_id: int(row.count) for row in session.execute(pictures).mappings()}
            last = select(DraftChange.kind).where(DraftChange.draft_id == draft_id)
            return DraftState(
                draft,
                tuple(
                    ClassState(one.id, one.name, counts.get(one.id, 0)) for one in classes(session, draft_id)
                ),
                session.scalar(last.order_by(DraftChange.id.desc()).limit(1)),
            )

    def find(self, draft_id: int) -> Draft | None:
        """A draft, whoever's it is."""
        return self._database.get(Draft, draft_id)

    def of_model(self, key: str) -> Draft | None:
        """The draft from which a registered model was kept last."""
        return self._database.scalar(
            select(Draft).where(Draft.kept_hash == key).order_by(Draft.id.desc()).limit(1)
        )

    def rename(self, draft_id: int, owner: int, name: str) -> None:
        """Raises UnknownDraft, DraftError."""
        with self._database.writing() as session:
            own(session, draft_id, owner).name = checked_name(name)

    def delete(self, draft_id: int, owner: int) -> Draft:
        """Delete a draft with its classes and pictures' rows. Raises UnknownDraft."""
        with self._database.writing() as session:
            draft = own(session, draft_id, owner)
            for table in (DraftChange, DraftPicture, DraftClass):
                session.execute(delete(table).where(table.draft_id == draft_id))
            session.delete(draft)
            return draft

    def fitted(self, draft_id: int, facts: dict[str, Any], model_hash: str) -> str | None:
        """Note what was learned, unless more was changed and learned since.

        Returns:
            the hash of the model file that is not needed any more, this one's or the one's before.
        """
        with self._database.writing() as session:
            draft = session.get(Draft, draft_id, with_for_update=True)
            if draft is None:
                return model_hash
            if (draft.fitted or {}).get("version", 0) > facts["version"]:
                return model_hash if model_hash != draft.model_hash else None
            before, draft.model_hash, draft.fitted = draft.model_hash, model_hash, facts
            return before if before != model_hash else None

    def kept(self, draft_id: int, key: str, version: int) -> None:
        """Note the model that was registered."""
        with self._database.writing() as session:
            draft = session.get(Draft, draft_id)
            if draft is not None:
                draft.kept_hash, draft.kept_version = key, version


def own(session: Session, draft_id: int, owner: int, *, lock: bool = False) -> Draft:
    """The draft, of this person. Raises UnknownDraft."""
    draft = session.get(Draft, draft_id, with_for_update=lock or None)
    if draft is None or draft.owner != owner:
        raise unknown("draft", draft_id)
    return draft


def classes(session: Session, draft_id: int) -> Sequence[DraftClass]:
    """The classes of a draft, in the order in which they were added."""
    found = select(DraftClass).where(DraftClass.draft_id == draft_id, DraftClass.removed_by.is_(None))
    return session.scalars(found.order_by(DraftClass.id)).all()


def present(draft_id: int) -> ColumnElement[bool]:
    """Which pictures are in a draft: those that were not removed."""
    return and_(DraftPicture.draft_id == draft_id, DraftPicture.removed_by.is_(None))


def add_class(session: Session, draft_id: int, name: str) -> DraftClass:
    """A new class. Raises DraftError where the name cannot be used, or there are too many."""
    there = classes(session, draft_id)
    if len(there) >= MOST_CLASSES:
        raise DraftError(
            "The classes", "are as many as a draft may have", received=str(len(there)),
            cure="Remove one that is no longer needed.", reason="draft-classes-full",
            params={"most": MOST_CLASSES},
        )  # fmt: skip
    made = DraftClass(draft_id=draft_id, name=free_name(name, there))
    session.add(made)
    session.flush()
    return made


def free_name(name: str, others: Sequence[DraftClass]) -> str:
    """A class's name, if none of the others has it. Raises DraftError."""
    found = checked_name(name)
    if any(one.name.casefold() == found.casefold() for one in others):
        raise DraftError(
            f"The class {found}", "is there already", cure="Choose another name.",
            reason="name-taken", params={"name": found},
        )  # fmt: skip
    return found


def checked_name(name: str) -> str:
    """A name in one line, composed, as class names are elsewhere. Raises DraftError: empty or too long."""
    composed = unicodedata.normalize("NFC", name)
    found = " ".join("".join(one if one.isprintable() else " " for one in composed).split())
    if not found:
        raise DraftError("The name", "is empty", cure="Write one.", reason="name-needed")
    if len(found) > LONGEST_NAME:
        raise DraftError(
            "The name",
            "is too long",
            received=f"{len(found)} characters",
            cure=f"Use {LONGEST_NAME} at most.",
            reason="name-length",
            params={"most": LONGEST_NAME},
        )
    return found


def unknown(what: str, number: int) -> UnknownDraft:
    return UnknownDraft(f"The {what} {number}", "does not exist, or is another person's")
