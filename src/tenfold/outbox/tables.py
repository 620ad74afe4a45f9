"""The tables of destinations and of the messages to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from tenfold.database import Base, BigId, Moment


class DestinationRow(Base):
    """Where messages are sent. settings: those of its kind, secrets included; never to be shown.

    worker: which process sends, until `lease_until`. problem: the facts of the last failure; None after a
    success. dropped: how many messages were given up because there were too many.
    """

    __tablename__ = "destinations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    enabled: Mapped[bool]
    added_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    problem_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    dropped: Mapped[int]
    worker: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[datetime | None] = mapped_column(Moment)


class MessageRow(Base):
    """A message to one destination. state: waiting, sent or dead; those of a destination go out by id.

    fields: all of the message but its picture. next_at: when it is tried again; None: as soon as it is first.
    """

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    destination_id: Mapped[int] = mapped_column(ForeignKey("destinations.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    picture: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    bytes: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (Index(None, "destination_id", "state", "id"), Index(None, "key"))
