"""Classifies errors of the database: temporary, lasting until an operator acts, or a fault of tenfold."""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenfold.database.engine import READ_ONLY, Database, disk_full
from tenfold.errors import DatabaseError

# What any use of a database may raise.
AnyDatabaseError = SQLAlchemyError
# SQLite's primary result codes: another writes, or the schema changed under a statement.
_SQLITE_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_PROTOCOL}
# code -> what to do about it.
_SQLITE_LASTING = {
    sqlite3.SQLITE_FULL: "Free some space",
    sqlite3.SQLITE_IOERR: "See that its disk is there and has room",
    sqlite3.SQLITE_READONLY: "See that it may be written",
    sqlite3.SQLITE_CANTOPEN: "See that its disk is there, and that it may be written",
    sqlite3.SQLITE_CORRUPT: "Bring it back from a backup",
    sqlite3.SQLITE_NOTADB: "Bring it back from a backup",
}
# The start of PostgreSQL's SQLSTATE -> the same: disk full, no memory, errors of its system.
_POSTGRES_FULL = "53100"
_POSTGRES_LASTING = {
    _POSTGRES_FULL: "Free some space on its server",
    "53200": "Free some memory on its server",
    "58": "See what its server's log says",
}


def passing(error: Exception) -> bool:
    """Whether the error is temporary, so that a retry may succeed: the database went away, or is busy."""
    if isinstance(error, PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and not _ours(error) and _lasting(error) is None


def trouble(error: Exception, database: Database | None = None) -> DatabaseError | None:
    """A database's error for people, without the statement; None where it is a fault of ours.

    Args:
        database: named in the words; None where they are for people who need not know its address.
    """
    subject = f"The database {database.shown}" if database else "The database"
    if isinstance(error, PoolTimeout):
        cure = "It is tried again."
        received = "all connections are in use"
        return DatabaseError(subject, "does not answer", received=received, cure=cure, reason="database-away")
    if not isinstance(error, DBAPIError) or _ours(error):
        return None
    if _sqlite_code(error) == sqlite3.SQLITE_FULL or _state(error) == _POSTGRES_FULL:
        return disk_full(subject)
    cure = _lasting(error) or "See that it runs; it is tried again"
    moved = _state(error) == READ_ONLY
    if moved:
        cure = "See that its address leads to the primary server; it is tried again"
    away = passing(error) and not moved
    return DatabaseError(
        subject,
        "does not answer" if away else "cannot be written",
        received=str(error.orig).strip().splitlines()[0][:300],
        cure=f"{cure}.",
        reason="database-away" if away else "database-unusable",
    )


def _lasting(error: DBAPIError) -> str | None:
    """What to do about it; None where it is temporary."""
    code = _sqlite_code(error)
    if code is not None:
        return _SQLITE_LASTING.get(code)
    state = _state(error)
    return next((cure for start, cure in _POSTGRES_LASTING.items() if state.startswith(start)), None)


def _ours(error: DBAPIError) -> bool:
    code = _sqlite_code(error)
    if code is not None:
        return code not in _SQLITE_PASSING and code not in _SQLITE_LASTING
    return not isinstance(error, OperationalError | InterfaceError) and not error.connection_invalidated


def _sqlite_code(error: DBAPIError) -> int | None:
    code: Any = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
