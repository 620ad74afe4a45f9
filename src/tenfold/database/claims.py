"""Rows that one of several processes works on: claimed by it, and by another one after its process has died.

Knows nothing else of such a table.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import JSON, String, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from tenfold.database.base import BigId, Moment, now
from tenfold.database.names import LONGEST_NAME
from tenfold.database.rows import NamedRows

# The process that works on a row writes its status every few seconds.
_STALE_SECONDS = 15.0


class Claimed:
    """The columns of a row that a process works on.

    worker: that process. status: what it last said of the row, and `fault` where its work ended by one.
    """

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), sort_order=-1)
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Moment)
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    worker: Mapped[str | None] = mapped_column(String(120))
    status: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    status_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def current_status(self) -> dict[str, Any] | None:
        """What the process that works on the row says of it now; None: none works on it."""
        at = self.status_at
        if not self.worker or at is None or abs((now() - at).total_seconds()) > _STALE_SECONDS:
            return None
        return self.status or {}


RowT = TypeVar("RowT", bound=Claimed)


class Claims(NamedRows[RowT]):
    """Who works on which row of a table."""

    def all(self, *, removed: bool = False) -> list[RowT]:
        """Every row, by name. removed: those too that were removed."""
        query = select(self._table).order_by(self._table.name, self._table.id)
        return self._database.scalars(query if removed else query.where(self._table.removed_at.is_(None)))

    def change(self, number: int, **values: Any) -> RowT:
        """Set columns of a row. Raises `unknown`."""
        raise NotImplementedError

    def pause(self, number: int, paused: bool = True) -> RowT:
        """Pause or resume the work on a row. Raises `unknown`."""
        return self.change(number, paused_at=now() if paused else None)

    def _existing(self, session: Session, number: int) -> RowT:
        row = super()._existing(session, number)
        if row.removed_at is not None:
            raise self._unknown(number)
        return row

    def claim(self, worker: str, living: Collection[str]) -> list[RowT]:
        """The rows that `worker` works on; those that no living worker works on become its own."""
        table = self._table
        free = or_(table.worker.is_(None), table.worker.not_in({*living, worker}))
        worked_on = table.removed_at.is_(None), table.paused_at.is_(None)
        wanted = select(table).where(*worked_on).order_by(table.id)
        found = self._database.scalars(wanted)
        if all(one.worker == worker or one.worker in living for one in found):
            return [one for one in found if one.worker == worker]
        with self._database.writing() as session:
            session.execute(update(table).where(*worked_on, free).values(worker=worker))
            return list(session.scalars(wanted.where(table.worker == worker)))

    def tell(self, worker: str, statuses: Mapping[int, dict[str, Any]]) -> None:
        """Store the status of rows of `worker`, for other processes."""
        moment, table = now(), self._table
        with self._database.writing() as session:
            for number, status in statuses.items():
                mine = table.id == number, table.worker == worker
                session.execute(update(table).where(*mine).values(status=status, status_at=moment))

    def release(self, worker: str) -> None:
        """`worker` ends: others may take its rows at once."""
        table = self._table
        self._database.execute(update(table).where(table.worker == worker).values(worker=None))
