"""The queues of the outbox for the sender: its destinations, the next message, the result of sending."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Update, and_, delete, func, or_, select, update
from sqlalchemy.orm import undefer

from tenfold.database import Database, now
from tenfold.errors import OutboxError, TenfoldError
from tenfold.outbox.message import Message
from tenfold.outbox.outbox import DEAD, SENT, WAITING, read
from tenfold.outbox.tables import DestinationRow, MessageRow

# Of each destination. Where more wait, the oldest become dead letters; the oldest of too many dead ones go.
MOST_WAITING, MOST_BYTES = 10_000, 200_000_000
MOST_DEAD, MOST_SENT = 1_000, 200
# How long delivery is tried before a message becomes a dead letter.
LONGEST_WAIT = timedelta(days=3)
# How long a process counts as the sender of a destination after it last said so.
_LEASE = timedelta(seconds=15)


class OutboxQueue:
    """The messages of one database that wait to be sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, worker: str, ended: Callable[[str], bool]) -> list[DestinationRow]:
        """The destinations that `worker` sends to; those whose sender is gone become its own.

        Args:
            ended: whether a worker's process has certainly ended.
        """
        moment = now()
        others = self._database.scalars(select(DestinationRow.worker).distinct())
        if not others:  # without destinations nothing is written every few seconds
            return []
        gone = [other for other in others if other and other != worker and ended(other)]
        free = or_(
            DestinationRow.worker.is_(None),
            DestinationRow.worker.in_([worker, *gone]),
            DestinationRow.lease_until < moment,
        )
        with self._database.writing() as session:
            session.execute(
                update(DestinationRow).where(free).values(worker=worker, lease_until=moment + _LEASE)
            )
            mine = select(DestinationRow).where(DestinationRow.worker == worker)
            return list(session.scalars(mine.order_by(DestinationRow.id)))

    def release(self, worker: str) -> None:
        """`worker` sends no more."""
        mine = update(DestinationRow).where(DestinationRow.worker == worker)
        self._database.execute(mine.values(worker=None, lease_until=None))

    def next(self, destination_id: int) -> tuple[MessageRow, Message] | None:
        """The oldest message that waits."""
        wanted = (
            select(MessageRow)
            .where(MessageRow.destination_id == destination_id, MessageRow.state == WAITING)
            .order_by(MessageRow.id)
            .limit(1)
            .options(undefer(MessageRow.picture))
        )
        row = self._database.scalar(wanted)
        return None if row is None else (row, read(row, row.picture))

    def recent(self, destination_id: int) -> list[Message]:
        """The last message that each source sent to a destination, without pictures; the oldest first."""
        wanted = (
            select(MessageRow)
            .where(MessageRow.destination_id == destination_id, MessageRow.state == SENT)
            .order_by(MessageRow.id)
        )
        by_source = {row.fields["source"]: row for row in self._database.scalars(wanted)}
        return [read(row) for row in by_source.values()]

    def sent(self, row: MessageRow) -> None:
        """Note that a message was received."""
        moment = now()
        values: dict[str, object] = {"state": SENT, "ended_at": moment, "problem": None, "picture": None}
        values |= {"next_at": None, "attempts": MessageRow.attempts + 1}
        with self._database.writing() as session:
            session.execute(update(MessageRow).where(MessageRow.id == row.id).values(values))
            sent = {"sent_at": moment, "problem": None, "problem_at": None}
            session.execute(_destination(row.destination_id).values(sent))

    def failed(self, row: MessageRow, error: TenfoldError, *, dead: bool, pause: float) -> None:
        """Note that a message was not received. `pause`: seconds until it is tried again."""
        moment = now()
        late = moment - row.at > LONGEST_WAIT
        values = {
            "attempts": MessageRow.attempts + 1,
            "problem": error.facts(),
            "next_at": None if dead or late else moment + timedelta(seconds=pause),
            "state": DEAD if dead or late else WAITING,
            "ended_at": moment if dead or late else None,
        }
        with self._database.writing() as session:
            session.execute(update(MessageRow).where(MessageRow.id == row.id).values(values))
            problem = {"problem": error.facts(), "problem_at": moment}
            session.execute(_destination(row.destination_id).values(problem))

    def unusable(self, destination_id: int, error: TenfoldError) -> None:
        """Note that a destination cannot be used at all, and why."""
        values = {"problem": error.facts(), "problem_at": now()}
        self._database.execute(_destination(destination_id).values(values))

    def tidy(self, destination_id: int) -> None:
        """Keep a destination's messages within their bounds."""
        over = self._beyond(destination_id, WAITING, MOST_WAITING, MOST_BYTES)
        if over:
            facts = OutboxError(
                "The message", "was given up: too many wait for this destination", cure="Try it again.",
                reason="outbox-full",
            ).facts()  # fmt: skip
            values = {"state": DEAD, "ended_at": now(), "problem": facts}
            self._database.execute(update(MessageRow).where(MessageRow.id.in_(over)).values(values))
        old = self._beyond(destination_id, DEAD, MOST_DEAD, MOST_BYTES)
        if old:
            self._database.execute(delete(MessageRow).where(MessageRow.id.in_(old)))
            dropped = DestinationRow.dropped + len(old)
            self._database.execute(_destination(destination_id).values(dropped=dropped))
        if told := self._beyond(destination_id, SENT, MOST_SENT, MOST_BYTES):
            self._database.execute(delete(MessageRow).where(MessageRow.id.in_(told)))

    def _beyond(self, destination_id: int, state: str, most: int, most_bytes: int) -> Sequence[int]:
        """The oldest messages in a state, as far as there are too many; some hundreds at a time."""
        newest = MessageRow.id.desc()
        ranked = (
            select(
                MessageRow.id,
                func.row_number().over(order_by=newest).label("place"),
                func.sum(MessageRow.bytes).over(order_by=newest).label("bytes"),
            )
            .where(MessageRow.destination_id == destination_id, MessageRow.state == state)
            .subquery()
        )
        over = or_(ranked.c.place > most, and_(ranked.c.bytes > most_bytes, ranked.c.place > 1))
        return self._database.scalars(select(ranked.c.id).where(over).order_by(ranked.c.id).limit(500))


def _destination(destination_id: int) -> Update:
    return update(DestinationRow).where(DestinationRow.id == destination_id)
