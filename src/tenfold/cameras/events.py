"""The events of cameras: opened, ended, found, acknowledged, counted. Detects nothing itself.

Code that has to act on an event in the same transaction, such as rules that send messages, is passed as
`note`: it is called with the transaction, the event and what happened to it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from tenfold.cameras.tables import CUT, ENDED, OPEN, EventRow, EventZone
from tenfold.database import GREATEST_ID, Database, now
from tenfold.database.rows import SettableRows
from tenfold.errors import UnknownCameraEvent

# opened: once it moves as objects do. changed: it entered a zone, or looks like something else. ended, cut.
Change = Literal["opened", "changed", "ended", "cut"]
Note = Callable[[Session, EventRow, Change], None]
_IDS_AT_ONCE = 500


@dataclass(frozen=True)
class EventFilter:
    """Which events are meant; what is None asks for nothing.

    Attributes:
        label: the class that a person said, else the model's; "" is none of the classes.
        since: they ended then or later.
        until: they began before.
    """

    cameras: Collection[int] | None = None
    label: str | None = None
    zone: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    acknowledged: bool | None = None
    state: str | None = None


@dataclass(frozen=True)
class HourCount:
    """How many events of a class began in one hour."""

    hour: datetime
    label: str
    count: int


class CameraEvents(SettableRows[EventRow]):
    """The table of events. note: called in the transaction of each change of an event."""

    def __init__(self, database: Database, note: Note = lambda session, event, change: None) -> None:
        super().__init__(database, EventRow, _unknown)
        self._note = note

    def open(self, camera_id: int, **values: Any) -> EventRow:
        """An event begins. values: the other columns of `EventRow`."""
        with self._database.writing() as session:
            row = EventRow(camera_id=camera_id, state=OPEN, **values)
            session.add(row)
            session.flush()
            _set_zones(session, row)
            self._note(session, row, "opened")
        return row

    def change(self, event_id: int, change: Change, **values: Any) -> EventRow | None:
        """Set columns of an event that is open; None where it was deleted meanwhile."""
        with self._database.writing() as session:
            row = session.get(EventRow, event_id)
            if row is None:
                return None
            for name, value in values.items():
                setattr(row, name, value)
            if change in ("ended", "cut"):
                row.state = ENDED if change == "ended" else CUT
            _set_zones(session, row)
            self._note(session, row, change)
        return row

    def cut(self, cameras: Collection[int]) -> int:
        """End what is open of these cameras, because nobody watches it any more; how many there were."""
        with self._database.writing() as session:
            query = select(EventRow).where(EventRow.camera_id.in_(cameras), EventRow.state == OPEN)
            rows = list(session.scalars(query))
            for row in rows:
                row.state = CUT
                self._note(session, row, "cut")
        return len(rows)

    def find(self, which: EventFilter, *, limit: int = 100, before: int | None = None) -> list[EventRow]:
        """The newest first. before: only events that began before this one: the last of the page before."""
        query = select(EventRow).where(*_asked(which))
        if before is not None:
            start = select(EventRow.started_at).where(EventRow.id == before).scalar_subquery()
            query = query.where(
                or_(EventRow.started_at < start, and_(EventRow.started_at == start, EventRow.id < before))
            )
        ordered = query.order_by(EventRow.started_at.desc(), EventRow.id.desc())
        return self._database.scalars(ordered.limit(limit))

    def acknowledge(self, events: Collection[int], *, by: int) -> int:
        """Note that a person has seen events; how many were new to people."""
        changed = 0
        with self._database.writing() as session:
            for some in _in_parts(events):
                mine = EventRow.id.in_(some), EventRow.acknowledged_at.is_(None)
                done = update(EventRow).where(*mine).values(acknowledged_at=now(), acknowledged_by=by)
                changed += len(session.scalars(done.returning(EventRow.id)).all())
        return changed

    def count(self, which: EventFilter) -> int:
        return self._database.scalar(select(func.count()).select_from(EventRow).where(*_asked(which))) or 0

    def by_hour(self, which: EventFilter) -> list[HourCount]:
        """How many events of each class began in each hour, in UTC, the earliest first; hours without any
        are left out.
        """
        counts: dict[tuple[datetime, str], int] = {}
        with self._database.reading() as session:
            for began, label in session.execute(
                select(EventRow.started_at, said_class()).where(*_asked(which))
            ):
                hour = began.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
                counts[hour, label] = counts.get((hour, label), 0) + 1
        return [HourCount(hour, label, count) for (hour, label), count in sorted(counts.items())]

    def older(
        self, camera_id: int, moment: datetime, *, label: str | None = None, without: Collection[str] = ()
    ) -> list[EventRow]:
        """Events of a camera that ended before a moment, the oldest first; at most 500 of them.

        Args:
            label: only those of this class; without: none of these classes.
        """
        query = select(EventRow).where(
            EventRow.camera_id == camera_id, EventRow.state != OPEN, EventRow.ended_at < moment
        )
        if label is not None:
            query = query.where(said_class() == label)
        if without:
            query = query.where(said_class().not_in(without))
        return self._database.scalars(query.order_by(EventRow.ended_at).limit(_IDS_AT_ONCE))

    def delete(self, events: Collection[int]) -> None:
        with self._database.writing() as session:
            for some in _in_parts(events):
                session.execute(delete(EventRow).where(EventRow.id.in_(some)))

    def recent(self, seconds: float) -> list[EventRow]:
        """What began in the last seconds, the earliest first: on these a rule would have fired, say."""
        query = select(EventRow).where(EventRow.started_at >= now() - timedelta(seconds=seconds))
        return self._database.scalars(query.order_by(EventRow.started_at, EventRow.id))


def said_class() -> ColumnElement[str]:
    """`EventRow.said`, in the database."""
    return func.coalesce(EventRow.corrected_label, EventRow.label)


def _asked(which: EventFilter) -> list[ColumnElement[bool]]:
    """The SQL conditions of a filter."""
    asked = list[ColumnElement[bool]]()
    if which.cameras is not None:
        asked.append(EventRow.camera_id.in_(which.cameras))
    if which.label is not None:
        asked.append(said_class() == which.label)
    if which.zone is not None:
        inside = select(EventZone.event_id).where(EventZone.zone == which.zone)
        asked.append(EventRow.id.in_(inside))
    if which.since is not None:
        asked.append(EventRow.ended_at >= which.since)
    if which.until is not None:
        asked.append(EventRow.started_at < which.until)
    if which.acknowledged is not None:
        seen = EventRow.acknowledged_at.is_not(None)
        asked.append(seen if which.acknowledged else ~seen)
    if which.state is not None:
        asked.append(EventRow.state == which.state)
    return asked


def _set_zones(session: Session, row: EventRow) -> None:
    """Keep the zones of an event as rows too."""
    there = set(session.scalars(select(EventZone.zone).where(EventZone.event_id == row.id)))
    session.add_all(EventZone(event_id=row.id, zone=zone) for zone in row.zones if zone not in there)


def _in_parts(numbers: Iterable[int]) -> list[Sequence[int]]:
    known = [number for number in numbers if 0 < number <= GREATEST_ID]
    return [known[start : start + _IDS_AT_ONCE] for start in range(0, len(known), _IDS_AT_ONCE)]


def _unknown(which: int | str) -> UnknownCameraEvent:
    return UnknownCameraEvent(f"Event {which}", "does not exist", cure="It may have been deleted by its age.")
