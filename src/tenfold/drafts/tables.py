"""The tables of drafts. What was removed stays, hidden, for as long as it can be undone."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenfold.database import Base, BigId, Moment

ChangeKind = Literal[
    "add-class", "rename-class", "remove-class", "add-pictures", "remove-pictures", "move-pictures"
]


class Draft(Base):
    """Own classes that a person is teaching.

    version: counts the changes to classes and pictures. fitted: what was learned last, as JSON, with the
    version that it was learned from. model_hash: the file that was learned; kept_hash: the one registered.
    """

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int]
    fitted: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    model_hash: Mapped[str | None] = mapped_column(String(64))
    kept_hash: Mapped[str | None] = mapped_column(String(64))
    kept_version: Mapped[int | None]

    __table_args__ = (Index(None, "owner", "id"),)


class DraftClass(Base):
    """A class of a draft. removed_by: the change that removed it."""

    __tablename__ = "draft_classes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))
    removed_by: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "draft_id", "id"),)


class DraftPicture(Base):
    """A picture of a class. Its file is in the blob store, named by its hash.

    recording: the number of the recording that it is a frame of. backbone: the hash of the model that made
    its embedding, float32 as bytes. removed_by: the change that removed it.
    """

    __tablename__ = "draft_pictures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(BigInteger)
    class_id: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    recording: Mapped[int | None] = mapped_column(BigInteger)
    backbone: Mapped[str] = mapped_column(String(64))
    embedding: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime] = mapped_column(Moment)
    removed_by: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "draft_id", "class_id", "id"),)


class DraftChange(Base):
    """A change that can be undone. kind: a ChangeKind; details: what undoing it needs."""

    __tablename__ = "draft_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index(None, "draft_id", "id"),)
