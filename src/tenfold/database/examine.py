"""Looks at a database without changing it: the version of its tables, its integrity. Knows no table."""

from sqlalchemy import text

from tenfold.database.engine import Database
from tenfold.database.upgrading import STEPS, versions


def versions_of(database: Database) -> tuple[str, str]:
    """The tables' version ("": there are none), and the newest known. Raises DatabaseError: it is newer."""
    with database.engine.connect() as connection:
        return versions(connection, STEPS, database.shown)


def integrity(database: Database) -> str:
    """What is wrong with SQLite's file; empty: nothing. PostgreSQL checks its pages by itself."""
    if not database.sqlite:
        return ""
    with database.engine.connect() as connection:
        found = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
    return "" if found == "ok" else found


def server_version(database: Database) -> int:
    """PostgreSQL's major version; 0 for SQLite."""
    if database.sqlite:
        return 0
    with database.engine.connect() as connection:
        return int(str(connection.execute(text("SHOW server_version_num")).scalar())) // 10_000
