"""The tables of cameras, of what was seen, and of what was recorded. They know how data are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from tenfold.database import Base, BigId, Moment
from tenfold.database.base import one_present
from tenfold.database.claims import Claimed

# States of an event. CUT: its camera or this program went away while it ran.
OPEN, ENDED, CUT = "open", "ended", "cut"
# A label of an event that is none of the model's classes, as in the catalogue.
NONE = ""
# What is recorded: clips of events, all that the camera sends, or nothing but what a rule asks for.
EVENTS, CONTINUOUS, NOTHING = "events", "continuous", "nothing"
# States of a recorded file.
WRITING, WHOLE = "writing", "whole"


class CameraRow(Claimed, Base):
    """A camera that is watched.

    kind, target: its address without user and password (`cameras.address`); target may hold secrets, and is
    not to be shown. zones, masks: `{"name": ..., "corners": [[x, y], ...]}`, in parts of the picture.
    fixed: it stands still, whatever passes before it. smallest: the smallest object, as a share of the
    picture. recording: events, continuous or nothing. before, after: seconds of a clip around an event.
    keep_days: of events and what was recorded; keep_days_of: by class, where it differs. keep_bytes: of all
    that was recorded; 0: as much as there is room for. keep_bytes_of: of the clips in which events of a class
    are, by class. model_hash: the model that says what is seen; "": the usual one. worker: the process that
    watches it. status: what that process last said of it (`cameras.status`).
    """

    __tablename__ = "cameras"

    kind: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(Text)
    user: Mapped[str] = mapped_column("login", Text, default="")
    password: Mapped[str] = mapped_column(Text, default="")
    zones: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    masks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    fixed: Mapped[bool] = mapped_column(default=False)
    smallest: Mapped[float]
    recording: Mapped[str] = mapped_column(String(10), default=EVENTS)
    before: Mapped[float] = mapped_column("seconds_before")
    after: Mapped[float] = mapped_column("seconds_after")
    keep_days: Mapped[float]
    keep_days_of: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    keep_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    keep_bytes_of: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default="{}")
    model_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")

    __table_args__ = (one_present("cameras_by_name", "name"),)


class EventRow(Base):
    """Something that moved before a camera.

    state: open, ended or cut. ended_at: of an open event, when it was last seen. track: counts the tracks
    since the camera was last started. label: the model's class, "" for none of them; of an open event what it
    looks like so far. corrected_label: what a person said. zones: the names of those that it was in, the
    first entered first. box: x, y, width and height of the best look, in pixels of the source, whose size is
    width x height. path: `[seconds since the start, x, y, width, height]` of each look. crop: the key of the
    picture of the best look in the store "events". entry_id: its entry in the catalogue. record: whether a
    rule asks for a clip of it.
    """

    __tablename__ = "camera_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    camera_id: Mapped[int] = mapped_column(BigId, ForeignKey("cameras.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    track: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))
    confidence: Mapped[float]
    corrected_label: Mapped[str | None] = mapped_column(String(100))
    zones: Mapped[list[str]] = mapped_column(JSON)
    box: Mapped[list[float]] = mapped_column(JSON)
    width: Mapped[int]
    height: Mapped[int]
    path: Mapped[list[list[float]]] = mapped_column(JSON)
    model_hash: Mapped[str | None] = mapped_column(String(64))
    crop: Mapped[str | None] = mapped_column(String(80))
    clip_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("camera_clips.id", ondelete="SET NULL"), index=True
    )
    entry_id: Mapped[int | None] = mapped_column(BigId, index=True)
    record: Mapped[bool] = mapped_column(default=False, server_default=false())
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledged_by: Mapped[int | None]

    __table_args__ = (
        Index(None, "camera_id", "started_at"),
        Index(None, "started_at", "id"),
        Index(None, "state", "id"),
    )

    @property
    def said(self) -> str:
        """The class that a person said, else the model's; "" for none of them."""
        return self.label if self.corrected_label is None else self.corrected_label


class EventZone(Base):
    """A zone that an event was in: what events are found by."""

    __tablename__ = "camera_event_zones"

    event_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("camera_events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    zone: Mapped[str] = mapped_column(String(100), primary_key=True)


class ClipRow(Base):
    """A file of video. Events that overlap share one.

    kind: events or continuous. state: writing (it can be played already) or whole. file: its key in the store
    of clips. started_at, ended_at: of its first and its last picture.
    """

    __tablename__ = "camera_clips"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    camera_id: Mapped[int] = mapped_column(BigId, ForeignKey("cameras.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    file: Mapped[str] = mapped_column(String(200), unique=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    bytes: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "camera_id", "started_at"), Index(None, "started_at"))


class DeletedClips(Base):
    """What was recorded and deleted again, in one go. reason: age, size, or disk (which was getting full)."""

    __tablename__ = "camera_deletions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    camera_id: Mapped[int] = mapped_column(BigId, index=True)
    reason: Mapped[str] = mapped_column(String(10))
    clips: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    oldest_at: Mapped[datetime] = mapped_column(Moment)
    newest_at: Mapped[datetime] = mapped_column(Moment)
