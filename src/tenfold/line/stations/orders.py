"""Requests to a running station that come from another process than its server's. Knows no process.

An order is told to the station once, and only while it is new: a part that was there a minute ago is gone,
and an approval of first parts is not for others that came later.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from tenfold.database import Database, now
from tenfold.line.stations.tables import OrderRow

FRESH_SECONDS = 10.0
_KEPT_SECONDS = 3600.0


class Orders:
    """The table of orders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, station_id: int, body: Mapping[str, Any]) -> int:
        """Leave an order for the process that runs the station; its number."""
        row = OrderRow(station_id=station_id, at=now(), body=dict(body))
        with self._database.writing() as session:
            session.execute(delete(OrderRow).where(OrderRow.at < now() - timedelta(seconds=_KEPT_SECONDS)))
            session.add(row)
        return row.id

    def take(self, station_id: int) -> list[OrderRow]:
        """The new orders for a station; each is returned once."""
        moment, age = now(), timedelta(seconds=FRESH_SECONDS)
        fresh = OrderRow.at.between(moment - age, moment + age)  # the clock may have been set back
        wanted = OrderRow.station_id == station_id, OrderRow.taken_at.is_(None), fresh
        if self._database.scalar(select(OrderRow.id).where(*wanted).limit(1)) is None:
            return []
        with self._database.writing() as session:
            found = list(session.scalars(select(OrderRow).where(*wanted).order_by(OrderRow.id)))
            for row in found:
                row.taken_at = now()
        return found

    def answer(self, order: int, refused: str) -> None:
        """Store the result of an order: why it was not done, "": it was."""
        self._database.execute(update(OrderRow).where(OrderRow.id == order).values(refused=refused))

    def refused(self, order: int) -> str | None:
        """Why an order was not done, "": it was; None: the station has not answered."""
        return self._database.scalar(select(OrderRow.refused).where(OrderRow.id == order))
