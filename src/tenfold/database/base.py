"""What every table is made of: the base class, and columns that are the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from importlib import import_module
from typing import TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

# Names that do not depend on the database, so that a migration can name what it changes.
_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# By name: the database is below the features, and imports none of them.
_TABLES = (
    "tenfold.accounts.tables",
    "tenfold.cameras.rules.tables",
    "tenfold.cameras.tables",
    "tenfold.catalogue.entries.tables",
    "tenfold.drafts.tables",
    "tenfold.jobs.tables",
    "tenfold.line.stations.tables",
    "tenfold.models.tables",
    "tenfold.outbox.tables",
)

# SQLite numbers rows automatically only in a column declared INTEGER, which holds 64 bits too.
BigId = BigInteger().with_variant(Integer, "sqlite")
GREATEST_ID = 2**63 - 1

RowT = TypeVar("RowT")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, with microseconds. Goes in and comes out aware of its time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "a moment without a time zone"
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=_NAMING)


def one_present(name: str, column: str) -> Index:
    """That no two rows that were not removed have the same value in a column."""
    present = text("removed_at IS NULL")
    return Index(name, column, unique=True, sqlite_where=present, postgresql_where=present)


def load_tables() -> MetaData:
    """All tables of tenfold, for what is done to each of them."""
    for module in _TABLES:
        import_module(module)
    return Base.metadata


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def row_of(session: Session, table: type[RowT], number: int) -> RowT | None:
    """The row with this number; None where there is none, also for a number that no database can hold."""
    return session.get(table, number) if 0 < number <= GREATEST_ID else None
