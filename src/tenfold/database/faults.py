"""What a database's error means: it passes by itself, somebody has to act, or it is a fault of tenfold."""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenfold.database.engine import Database
from tenfold.errors import DatabaseError

# SQLite's primary result codes: another writes, or the schema changed under a statement.
_SQLITE_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_PROTOCOL}
# code -> what somebody has to do.
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
    """Whether the database will do it when asked later: it went away, or is busy."""
    if isinstance(error, PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and not _ours(error) and _lasting(error) is None


def trouble(database: Database, error: Exception) -> DatabaseError | None:
    """A database's error for people, without the statement; None where it is a fault of ours."""
    if isinstance(error, PoolTimeout):
        words, cure = "all connections are in use", "It goes on by itself"
    elif isinstance(error, DBAPIError) and not _ours(error):
        words = str(error.orig).strip().splitlines()[0]
        cure = _lasting(error) or "See that it runs; it goes on by itself"
    else:
        return None
    problem = "does not answer" if passing(error) else "cannot be written"
    return DatabaseError(f"The database {database.shown}", problem, received=words[:300], cure=f"{cure}.")


def _lasting(error: DBAPIError) -> str | None:
    """What somebody has to do about it; None where it passes."""
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
