"""Destinations and the messages to them: kept, listed, tried again. Sends nothing."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from tenfold.database import Database, now, row_of
from tenfold.database.names import by_name, check_free, checked_name, rename
from tenfold.errors import NotInOutbox, OutboxError
from tenfold.outbox.kinds import checked
from tenfold.outbox.message import LONGEST_PICTURE, Message, MessageType
from tenfold.outbox.tables import DestinationRow, MessageRow

# How many notices a browser shows at most after it was busy.
_MOST_AT_ONCE = 20
_NAME = "The destination's name"
WAITING, SENT, DEAD = "waiting", "sent", "dead"


class Outbox:
    """The outbox of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._on_put: list[Callable[[], object]] = []
        self._on_change: list[Callable[[], object]] = []

    # Destinations.

    def add(self, name: str, kind: str, settings: Mapping[str, Any]) -> DestinationRow:
        """Add a destination. Raises OutboxError: the name is taken, or a setting cannot be used.

        Args:
            settings: those of its kind (`tenfold.outbox.kinds`).
        """
        moment = now()
        row = DestinationRow(
            name=checked_name(name, _NAME, OutboxError), kind=kind, settings=checked(kind, settings),
            enabled=True, added_at=moment, changed_at=moment, dropped=0,
        )  # fmt: skip
        with self._database.writing() as session:
            check_free(session, DestinationRow, row.name, "destination", OutboxError)
            session.add(row)
        _call(self._on_change)
        return row

    def change(
        self,
        destination_id: int,
        *,
        name: str | None = None,
        enabled: bool | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> DestinationRow:
        """Change a destination; None leaves as it is.

        Args:
            settings: all of them, secrets too: no old password is sent to a new address.

        Raises:
            NotInOutbox: there is no such destination.
            OutboxError: the name is taken, or a setting cannot be used.
        """
        with self._database.writing() as session:
            row = _destination(session, destination_id)
            if name is not None:
                rename(session, row, name, _NAME, "destination", OutboxError)
            if enabled is not None:
                row.enabled = enabled
            if settings is not None:
                row.settings = checked(row.kind, settings)
            row.changed_at, row.problem = now(), None
        _call(self._on_change)
        return row

    def remove(self, destination_id: int) -> DestinationRow:
        """Forget a destination and its messages. Raises NotInOutbox."""
        with self._database.writing() as session:
            row = _destination(session, destination_id)
            session.execute(delete(MessageRow).where(MessageRow.destination_id == destination_id))
            session.delete(row)
        _call(self._on_change)
        return row

    def destination(self, destination_id: int) -> DestinationRow:
        """Raises NotInOutbox."""
        with self._database.reading() as session:
            return _destination(session, destination_id)

    def named(self, name: str) -> DestinationRow:
        """One of them, by its name or its number. Raises NotInOutbox."""
        found = by_name(self.destinations(), name)
        if found is None:
            raise _unknown(name)
        return found

    def destinations(self) -> list[DestinationRow]:
        """All, in the order in which they were added."""
        return self._database.scalars(select(DestinationRow).order_by(DestinationRow.id))

    def counts(self) -> dict[int, dict[str, int]]:
        """How many messages are in which state, for each destination."""
        count = func.count()
        wanted = select(MessageRow.destination_id, MessageRow.state, count).group_by(
            MessageRow.destination_id, MessageRow.state
        )
        found: dict[int, dict[str, int]] = {}
        for destination_id, state, number in self._database.rows(wanted):
            found.setdefault(destination_id, {})[state] = number
        return found

    def on_change(self, call: Callable[[], object]) -> None:
        """Call when a destination was added, changed or removed. `call` must not raise."""
        self._on_change.append(call)

    # Messages.

    def put(self, session: Session, message: Message, destinations: Collection[int]) -> list[MessageRow]:
        """Keep a message for destinations, in the transaction of what it tells; unknown ones are passed over.

        A picture that is too large is left out.
        """
        known = select(DestinationRow.id).where(DestinationRow.id.in_(destinations))
        picture = message.picture
        if picture is not None and len(picture) > LONGEST_PICTURE:
            picture = None
        rows = [
            MessageRow(
                key=message.key, destination_id=one, at=message.at, fields=message.fields(), picture=picture,
                bytes=len(picture or b"") + len(message.text) + 500, state=WAITING, attempts=0,
            )
            for one in sorted(session.scalars(known))
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        event.listen(session, "after_commit", lambda _: _call(self._on_put), once=True)
        return rows

    def of_kind(self, session: Session, kind: str) -> Sequence[int]:
        """The numbers of the destinations of a kind."""
        return session.scalars(select(DestinationRow.id).where(DestinationRow.kind == kind)).all()

    def try_out(self, destination_id: int, title: str, text: str) -> MessageRow:
        """Keep a message by which somebody sees that a destination works. Raises NotInOutbox."""
        message = Message(new_key(), now(), "test", "tenfold", title, text, {"type": MessageType.TEST})
        with self._database.writing() as session:
            _destination(session, destination_id)
            return self.put(session, message, [destination_id])[0]

    def on_put(self, call: Callable[[], object]) -> None:
        """Call when a message waits that did not before. `call` must not raise."""
        self._on_put.append(call)

    def message(self, destination_id: int, message_id: int) -> MessageRow:
        """Raises NotInOutbox."""
        row = self._database.get(MessageRow, message_id)
        if row is None or row.destination_id != destination_id:
            raise NotInOutbox(
                f"The message {message_id}",
                "does not exist any more",
                cure="List them to see which there are.",
            )
        return row

    def messages(
        self, destination_id: int, state: str | None = None, *, before: int | None = None, limit: int = 50
    ) -> list[MessageRow]:
        """A destination's messages without their pictures, the newest first."""
        wanted = select(MessageRow).where(MessageRow.destination_id == destination_id)
        if state is not None:
            wanted = wanted.where(MessageRow.state == state)
        if before is not None:
            wanted = wanted.where(MessageRow.id < before)
        return self._database.scalars(wanted.order_by(MessageRow.id.desc()).limit(limit))

    def to_pages(self, after: int | None) -> tuple[list[MessageRow], int]:
        """What was sent to browsers after a message, and the last of it; None: only the last."""
        sent = (
            select(MessageRow)
            .join(DestinationRow, DestinationRow.id == MessageRow.destination_id)
            .where(DestinationRow.kind == "page", MessageRow.state == SENT)
            .order_by(MessageRow.id.desc())
        )
        wanted = sent.limit(1) if after is None else sent.where(MessageRow.id > after).limit(_MOST_AT_ONCE)
        rows = list(reversed(self._database.scalars(wanted)))
        last = rows[-1].id if rows else after or 0
        return ([] if after is None else rows), last

    def last(self, key: str) -> Message | None:
        """The newest message, sent or not, whose key begins so."""
        wanted = select(MessageRow).where(MessageRow.key.startswith(key, autoescape=True))
        row = self._database.scalar(wanted.order_by(MessageRow.id.desc()).limit(1))
        return None if row is None else read(row)

    def retry(self, destination_id: int, message_id: int | None = None) -> int:
        """Have a dead letter, or all of a destination, wait again; how many there were."""
        dead = MessageRow.destination_id == destination_id, MessageRow.state == DEAD
        one = () if message_id is None else (MessageRow.id == message_id,)
        values = {"state": WAITING, "attempts": 0, "next_at": None, "ended_at": None, "at": now()}
        changed = self._database.execute(update(MessageRow).where(*dead, *one).values(values))
        _call(self._on_put)
        return changed

    def discard(self, destination_id: int, message_id: int | None = None) -> int:
        """Remove a dead letter, or all of a destination; how many there were."""
        dead = MessageRow.destination_id == destination_id, MessageRow.state == DEAD
        one = () if message_id is None else (MessageRow.id == message_id,)
        return self._database.execute(delete(MessageRow).where(*dead, *one))


def new_key() -> str:
    """A key for a message."""
    return secrets.token_hex(16)


def read(row: MessageRow, picture: bytes | None = None) -> Message:
    """The message of a row."""
    fields = dict(row.fields)
    key, at = fields.pop("id"), datetime.fromisoformat(fields.pop("at"))
    return Message(key, at, **fields, picture=picture)


def _call(calls: Sequence[Callable[[], object]]) -> None:
    for call in calls:
        call()


def _destination(session: Session, destination_id: int) -> DestinationRow:
    row = row_of(session, DestinationRow, destination_id)
    if row is None:
        raise _unknown(destination_id)
    return row


def _unknown(which: int | str) -> NotInOutbox:
    return NotInOutbox(f"The destination {which}", "does not exist", cure="List them to see which there are.")
