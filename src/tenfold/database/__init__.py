"""The database that all tables share: opening it, upgrading it, its column types. Knows no table."""

from sqlalchemy.orm import Session

from tenfold.database.base import Base, BigId, Moment, now
from tenfold.database.engine import UNAVAILABLE, Database, sqlite_file
from tenfold.database.faults import AnyDatabaseError, passing, trouble

__all__ = [
    "UNAVAILABLE",
    "AnyDatabaseError",
    "Base",
    "BigId",
    "Database",
    "Moment",
    "Session",
    "now",
    "passing",
    "sqlite_file",
    "trouble",
]
