"""The catalogue's tables. They know how data are stored, not what is done with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenfold.database import Base, BigId, Moment

# The owner of pictures where there are no accounts, and of those that the server itself added.
SYSTEM = 0
# An entry's class where it is none of the model's.
NONE = ""
WAITING, DONE, FAILED = "waiting", "done", "failed"
# The sources of pictures, and the bit of each in `Entry.sources`.
SOURCES = {"upload": 1, "api": 2, "folder": 4, "watch": 8, "camera": 16}


# The columns of filters other than texts and times.
_ASKED = (
    "owner_id",
    "shared",
    "deleted_at",
    "state",
    "label",
    "corrected_at",
    "sources",
    "confidence",
    "novelty",
)


def _without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in _ASKED if name not in names)


def _some(name: str, column: str) -> Index:
    """An index of the entries that have something in `column`."""
    has = text(f"{column} IS NOT NULL")
    return Index(name, column, "id", *_without(column), sqlite_where=has, postgresql_where=has)


class Entry(Base):
    """A picture of one owner. The same content twice is one entry with two names.

    `label` is what it is filed under: what a person said, else what the model said; "" is none of the
    classes, NULL is not classified yet. `sources` has a bit for each source among its names: the database
    keeps it by itself (migration 0002). `perceptual_hash`: see perceptual_hash.py.
    """

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(default=SYSTEM)
    hash: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    camera: Mapped[str | None] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by: Mapped[int] = mapped_column(default=SYSTEM)
    shared: Mapped[bool] = mapped_column(default=False)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    # The same order on every database: by code points.
    name: Mapped[str] = mapped_column(String(255).with_variant(String(255, collation="C"), "postgresql"))
    search_text: Mapped[str] = mapped_column(Text, default="")
    sources: Mapped[int] = mapped_column(default=0)
    perceptual_hash: Mapped[int | None] = mapped_column("look", BigInteger)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # Attempts to classify it without an answer, including those that ended with their process.
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # The worker that classifies it, while it waits.
    worker: Mapped[str | None] = mapped_column(String(120))
    label: Mapped[str | None] = mapped_column(String(100))
    model_label: Mapped[str | None] = mapped_column(String(100))
    confidence: Mapped[float | None]
    margin: Mapped[float | None]
    novelty: Mapped[float | None]
    known: Mapped[bool | None]
    probabilities: Mapped[dict[str, float] | None] = mapped_column(JSON)
    model_hash: Mapped[str | None] = mapped_column(String(64))
    classified_at: Mapped[datetime | None] = mapped_column(Moment)
    corrected_label: Mapped[str | None] = mapped_column(String(100))
    corrected_at: Mapped[datetime | None] = mapped_column(Moment)
    corrected_by: Mapped[int | None]
    # How much a review of this entry would help; the review queue is ordered by it. NULL: nothing to review.
    review_score: Mapped[float | None]
    review_reason: Mapped[str | None] = mapped_column(String(20))

    __table_args__ = (
        UniqueConstraint("owner_id", "hash"),
        Index(None, "hash"),
        # One for each sort order, with the columns of the filters, so that a page is read without touching
        # the entries that it does not show.
        Index("entries_by_added", "added_at", "id", *_ASKED, "taken_at"),
        Index("entries_by_confidence", "confidence", "id", *_without("confidence")),
        Index("entries_by_novelty", "novelty", "id", *_without("novelty")),
        Index("entries_by_taken", "taken_at", "id", *_ASKED, "added_at"),
        Index("entries_by_name", "name", "id", *_ASKED),
        Index("entries_by_label_added", "label", "added_at", "id", *_without("label")),
        Index("entries_by_label_confidence", "label", "confidence", "id", *_without("label", "confidence")),
        Index("entries_by_label_novelty", "label", "novelty", "id", *_without("label", "novelty")),
        Index("entries_by_sources_added", "sources", "added_at", "id", *_without("sources")),
        Index("entries_by_model_added", "model_hash", "added_at", "id"),
        Index("entries_by_model_taken", "model_hash", "taken_at", "id"),
        Index("entries_by_owner_added", "owner_id", "added_at", "id"),
        Index("entries_by_shared", "shared", "id"),
        Index("entries_by_look", "look"),
        Index(None, "state", "id"),
        Index(None, "review_score", "id"),
        # Of the few that were corrected or deleted.
        _some("entries_corrected", "corrected_at"),
        _some("entries_deleted", "deleted_at"),
    )


class Total(Base):
    """The number of entries with equal values in all counted columns.

    Kept by triggers in SQLite (migration 0002), so that a million entries need not be counted; PostgreSQL,
    where writers would wait for each other, has none.
    """

    __tablename__ = "totals"

    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shared: Mapped[bool] = mapped_column(primary_key=True)
    deleted: Mapped[bool] = mapped_column(primary_key=True)
    corrected: Mapped[bool] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), primary_key=True)
    labelled: Mapped[bool] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(100), primary_key=True)
    model_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sources: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)


class Name(Base):
    """Under what name, and from where, an entry's content came.

    source: upload, api, folder, watch or camera. path: the file's absolute path, "" for an upload.
    key: SHA-256 in hex over source, path and name, so that a name is kept once.
    """

    __tablename__ = "names"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(Text, default="")
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by: Mapped[int] = mapped_column(default=SYSTEM)

    __table_args__ = (UniqueConstraint("entry_id", "key"), Index(None, "source", "entry_id"))


class ErasedEntry(Base):
    """An entry that was deleted for good: its number is not used again, and no watched folder brings it back.

    key: SHA-256 in hex over its owner and its content's hash; NULL: a person added the content again.
    """

    __tablename__ = "erased_entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    key: Mapped[str | None] = mapped_column(String(64), index=True)


class Embedding(Base):
    """Where a model puts an entry: float16 `[D]`, unit length, little-endian bytes."""

    __tablename__ = "embeddings"

    entry_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    model_hash: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class KnownFile(Base):
    """A file of a folder as it was when it was added, so that it is not read again while it stays so.

    problem: why it gave no entry, as an error's facts.
    """

    __tablename__ = "seen_files"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 in hex of owner and path
    path: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(BigInteger)
    modified_ns: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int | None] = mapped_column(BigId)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class WatchedFolder(Base):
    """A folder whose new pictures are added automatically.

    poll: without the system's notifications. worker: the worker of the process that watches it. problem: why
    it cannot be looked through now, as an error's facts. left_out: the first links in it that are
    not followed.
    """

    __tablename__ = "watches"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(default=SYSTEM)
    shared: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime] = mapped_column(Moment)
    poll: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str | None] = mapped_column(String(120))
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)
    looked_at: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    left_out: Mapped[list[str] | None] = mapped_column(JSON)


class Action(Base):
    """Something done to entries that can be undone: correct, delete, restore, rename, share, reclassify."""

    __tablename__ = "actions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    count: Mapped[int]
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[int | None]


class Change(Base):
    """What an action changed in one entry: columns and their values before and after."""

    __tablename__ = "changes"

    action_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("actions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index(None, "entry_id"),)


class OrganiseRun(Base):
    """Entries filed by class on disk: where, how, and whether it was undone.

    mode: copy, move or link. planning: what is filed, until all its steps are written.
    """

    __tablename__ = "filings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[int]
    root: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(String(10))
    count: Mapped[int]
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    planning: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class OrganisedFile(Base):
    """One step of a filing, written before it is taken.

    how: folder, copy, move, link (until it is known which), hard, symbolic or sidecar. entry_id: 0 for a
    folder. content: SHA-256 in hex of what is at `target` after the step. before: what a sidecar was.
    state: planned, done, there (nothing was to be done), undone or failed. problem: why it
    could not be taken or undone (organise/problems.py).
    """

    __tablename__ = "filed"

    filing_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("filings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigId)
    how: Mapped[str] = mapped_column(String(10))
    origin: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    content: Mapped[str | None] = mapped_column(String(64))
    before: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))
    problem: Mapped[str | None] = mapped_column(String(20))


class Reclassification(Base):
    """Another model's answers to all entries, before and after they are taken over.

    state: running, ready, applying, applied, discarded or failed.
    """

    __tablename__ = "reclassifications"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job_id: Mapped[str | None] = mapped_column(String(64))
    model_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    count: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    action_id: Mapped[int | None] = mapped_column(BigId)


class Proposal(Base):
    """What a reclassification would make of one entry."""

    __tablename__ = "proposals"

    reclassification_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("reclassifications.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    changed: Mapped[bool]
    old_label: Mapped[str | None] = mapped_column(String(100))
    label: Mapped[str] = mapped_column(String(100))
    model_label: Mapped[str] = mapped_column(String(100))
    confidence: Mapped[float]
    margin: Mapped[float]
    novelty: Mapped[float]
    known: Mapped[bool]
    probabilities: Mapped[dict[str, float]] = mapped_column(JSON)
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (Index(None, "reclassification_id", "changed", "entry_id"),)
