"""The database that all tables share: opening it, upgrading it, its column types. Knows no table."""

from tenfold.database.base import Base, BigId, Moment, now
from tenfold.database.engine import Database

__all__ = ["Base", "BigId", "Database", "Moment", "now"]
