"""Tables whose rows are asked for by number, and by name where they have one. Know nothing else of a row."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenfold.database.base import RowT, row_of
from tenfold.database.engine import Database
from tenfold.database.names import Named, by_name

NamedT = TypeVar("NamedT", bound=Named)


class NumberedRows(Generic[RowT]):
    """The rows of a table. unknown: the error for a row that does not exist, by what was asked for."""

    def __init__(
        self, database: Database, table: type[RowT], unknown: Callable[[int | str], Exception]
    ) -> None:
        self._database, self._table, self._unknown = database, table, unknown

    def get(self, number: int) -> RowT:
        """One of them. Raises `unknown` where there is none of that number."""
        with self._database.reading() as session:
            return self._existing(session, number)

    def _existing(self, session: Session, number: int) -> RowT:
        row = row_of(session, self._table, number)
        if row is None:
            raise self._unknown(number)
        return row


class SettableRows(NumberedRows[RowT]):
    """NumberedRows of which any column may be set to any value."""

    def set(self, number: int, **values: Any) -> RowT:
        """Set columns of a row. Raises `unknown`."""
        with self._database.writing() as session:
            row = self._existing(session, number)
            for name, value in values.items():
                setattr(row, name, value)
        return row


class NamedRows(NumberedRows[NamedT]):
    """The rows of a table that have names."""

    def all(self) -> list[NamedT]:
        """In the order in which they were added."""
        return self._database.scalars(select(self._table).order_by(self._table.id))

    def named(self, name: str) -> NamedT:
        """One of them, by its name or its number. Raises `unknown`."""
        found = by_name(self.all(), name)
        if found is None:
            raise self._unknown(name)
        return found
