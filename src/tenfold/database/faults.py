"""Classifies errors of the database: temporary, lasting until an operator acts, or a fault of tenfold."""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenfold.database.engine import READ_ONLY, Database
from tenfold.errors import DatabaseError

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
_POSTGRES_LASTING = {
    "53100": "Free some space on its server",
    "53200": "Free some memory on its server",
    "58": "See what its server's log says",
}


def passing(error: Exception) -> bool:
    """Whether the error is temporary, so that a retry may succeed: the database went away, or is busy."""
    if isinstance(error, PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and not _ours(error) and _lasting(error) is None


def trouble(database: Database, error: Exception) -> DatabaseError | None:
    """A database's error for people, without the statement; None where it is a fault of ours."""
    if isinstance(error, PoolTimeout):
        words, cure = "all connections are in use", "It is tried again"
    elif isinstance(error, DBAPIError) and not _ours(error):
        words = str(error.orig).strip().splitlines()[0]
        cure = _lasting(error) or "See that it runs; it is tried again"
        if _state(error) == READ_ONLY:
            cure = "See that its address leads to the primary server; it is tried again"
    else:
        return None
    answers = not passing(error) or (isinstance(error, DBAPIError) and _state(error) == READ_ONLY)
    problem = "cannot be written" if answers else "does not answer"
    return DatabaseError(f"The database {database.shown}", problem, received=words[:300], cure=f"{cure}.")


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
