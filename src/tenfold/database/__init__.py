"""The database that all tables share: opening it, upgrading it, its column types. Knows no table."""

from sqlalchemy.orm import Session

from tenfold.database.base import GREATEST_ID, Base, BigId, Moment, now, row_of
from tenfold.database.engine import UNAVAILABLE, Database, sqlite_file
from tenfold.database.faults import AnyDatabaseError, passing, trouble

__all__ = [
    "GREATEST_ID",
    "UNAVAILABLE",
    "AnyDatabaseError",
    "Base",
    "BigId",
    "Database",
    "Moment",
    "Session",
    "now",
    "passing",
    "row_of",
    "sqlite_file",
    "trouble",
]
