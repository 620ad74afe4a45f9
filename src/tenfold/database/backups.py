"""A copy of the whole database before something is done to it. Knows no table."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

from tenfold.database.engine import Database
from tenfold.errors import DatabaseError
from tenfold.files import private_mode, replacing

# Debian keeps PostgreSQL's newer programs out of the PATH.
_PLACES = Path("/usr/lib/postgresql")


def backup(database: Database, folder: Path, version: str) -> Path:
    """Copy the database into `folder`; the file's name says when and which version of the tables it holds.

    Raises:
        DatabaseError: there is no room, or PostgreSQL's own program for it is missing or fails.
    """
    ending = "db" if database.sqlite else "dump"
    target = folder / f"tenfold-{version}-{datetime.now():%Y%m%d-%H%M%S-%f}.{ending}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(target, mode=private_mode(folder)) as part:
            if database.file is not None:
                copy_file(database.file, part)
            else:
                _dump(database, part)
    except (OSError, sqlite3.Error) as reason:
        raise DatabaseError(
            f"The database {database.shown}",
            "was not upgraded, because it could not be backed up first",
            received=str(reason),
            cure=f"Make room or the right to write in {folder}, or back it up yourself and set "
            "upgrade_backup to no.",
        ) from reason
    return target


def restore(database: Database, copy: Path) -> None:
    """Put SQLite's copy back in the place of the database."""
    assert database.file is not None
    database.close()
    copy_file(copy, database.file)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file of SQLite as it is at one moment, while others may write it. Raises sqlite3.Error."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def _dump(database: Database, target: Path) -> None:
    program = _program()
    if program is None:
        raise DatabaseError(
            f"The database {database.shown}",
            "was not upgraded, because it could not be backed up first",
            received="PostgreSQL's pg_dump is not installed here",
            cure="Install it (on Debian: apt-get install postgresql-client), or back the database up "
            "yourself and set upgrade_backup to no.",
        )
    url = database.url
    secrets = (
        {"PGPASSWORD": url.password} if url.password else {}
    )  # not on the command line, where all see it
    command = [program, "--format=custom", "--no-password", "--file", str(target)]
    command += ["--dbname", url.set(drivername="postgresql", password=None).render_as_string()]
    done = subprocess.run(command, env={**os.environ, **secrets}, capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.stderr.strip() or f"pg_dump ended with {done.returncode}")


def _program() -> str | None:
    """pg_dump, the newest: an older one refuses a newer server."""
    placed = sorted(_PLACES.glob("*/bin/pg_dump"), key=lambda path: int(path.parts[-3]), reverse=True)
    return str(placed[0]) if placed else shutil.which("pg_dump")
