"""The database that all tables share: opening it, upgrading it, its column types. Knows no table."""

from tenfold.database.base import Base, BigId, Moment, now
from tenfold.database.engine import UNAVAILABLE, Database, sqlite_file

__all__ = ["UNAVAILABLE", "Base", "BigId", "Database", "Moment", "now", "sqlite_file"]
