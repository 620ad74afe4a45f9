"""The lock that lets one process at a time do a database's jobs; a process that dies loses it."""

import os
import sys
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tenfold.database import Database

# Any number that no other program takes in the same database.
_ADVISORY_KEY = 0x74656E666F6C64


class WorkerLock:
    """For SQLite a locked file beside the database's; for PostgreSQL an advisory lock of one connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file: int | None = None
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take the lock; False where another process, or another part of this one, has it."""
        if self.held:
            return True
        if self._database.file is not None:
            return self._take_file(self._database.file)
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}):
            self._connection = connection
            return True
        connection.close()
        return False

    @property
    def held(self) -> bool:
        """Whether the lock is (still) held: PostgreSQL frees it where the connection breaks."""
        if self._file is not None:
            return True
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
            return False
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._connection is not None:
            # Closed for good, not given back to the pool: that frees the lock whatever state it is in.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _take_file(self, database: Path) -> bool:
        file = os.open(database.with_name(f"{database.name}-worker"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(file)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True


def _lock(file: int) -> None:
    """Lock an open file, or raise OSError where somebody else has it locked."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
