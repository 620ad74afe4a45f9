"""SQLite databases with all tables, empty.

The migrations take half a second for each database. They are run once in each process, and what they made is
copied; tests of the migrations themselves are in tests/database.
"""

import atexit
import shutil
import sqlite3
import tempfile
import threading
from contextlib import closing
from functools import cache
from pathlib import Path

from tenfold.database import Database
from tenfold.database.upgrading import STEPS
from tenfold.database.upgrading import upgrade as run_migrations

_ONE_AT_A_TIME = threading.Lock()


@cache
def with_tables() -> Path:
    """A file with all tables, to be copied."""
    folder = tempfile.mkdtemp(prefix="tenfold-tables-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with closing(Database(f"sqlite:///{folder}/tenfold.db")) as made:
        run_migrations(made)
    assert made.file is not None  # closed by its last user: the write-ahead log went into the file
    return made.file


def copy_tables(file: Path) -> None:
    """Make a file with all tables."""
    shutil.copy(with_tables(), file)


def new_database(file: Path) -> Database:
    """A database with all tables, empty, in a new file."""
    copy_tables(file)
    return Database(f"sqlite:///{file}")


def upgrade(database: Database, backups: Path | None = None, *, steps: Path = STEPS) -> Path | None:
    """Take the place of `upgrade` of tenfold.database.upgrading: a new file's tables are copied."""
    with _ONE_AT_A_TIME:
        if steps == STEPS and database.file is not None:
            with closing(sqlite3.connect(database.file)) as target:
                if not target.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    with closing(sqlite3.connect(with_tables())) as source:
                        source.backup(target)
                    return None
        return run_migrations(database, backups, steps=steps)
