"""The tables as a file of SQLite, taken from either database and brought into either.

Knows no table by name but the one that SQLite fills by itself.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text

from tenfold.database import Database
from tenfold.database.backups import copy_file
from tenfold.database.base import load_tables
from tenfold.database.upgrading import STEPS, upgrade, versions
from tenfold.errors import BackupError, DatabaseError

# Changes a row before it is written; None: the row is left out.
Changed = Mapping[str, Callable[[dict[str, Any]], dict[str, Any] | None]]
# SQLite counts entries by itself while they are inserted.
_COUNTED = "totals"
_ROWS = 500


def take(database: Database, target: Path, changed: Changed) -> str:
    """Write a consistent copy of the tables into a new file, while others may write; returns their version.

    Args:
        changed: for tables whose rows are not copied as they are.
    """
    if database.file is not None:
        copy_file(database.file, target)
    copied = Database(f"sqlite:///{target}")
    try:
        if not database.sqlite:
            upgrade(copied)
            with database.engine.connect().execution_options(
                isolation_level="REPEATABLE READ"
            ) as source_rows:
                _copy(source_rows, copied)
        tables = load_tables().tables
        with copied.writing() as session:
            for name, change in changed.items():
                _change(session.connection(), tables[name], change)
        with copied.engine.connect() as connection:
            version, _ = versions(connection, STEPS, "backup")
            # Overwritten values would remain in free pages.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
            connection.exec_driver_sql("VACUUM")
    finally:
        copied.close()
    return version


def check(file: Path, name: str) -> None:
    """Bring a copy of a backup's tables up to date, which must be possible before anything is touched.

    Raises:
        BackupError: it is damaged, or of a newer tenfold.
    """
    database = Database(f"sqlite:///{file}")
    try:
        with database.engine.connect() as connection:
            answer = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        if answer != "ok":
            raise BackupError(f"The database of the backup {name}", "is damaged", received=f"{answer}"[:120],
                              cure="Take another snapshot.")  # fmt: skip
        upgrade(database)
    except DatabaseError as reason:
        raise BackupError(
            f"The database of the backup {name}", reason.problem, received=reason.received, cure=reason.cure
        ) from reason
    finally:
        database.close()


def others(database: Database) -> bool:
    """Whether another process uses the database at this moment."""
    if not database.sqlite:
        with database.engine.connect() as connection:
            asked = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            return bool(connection.scalar(asked))
    assert database.file is not None
    database.close()  # this process's own connections
    with closing(sqlite3.connect(database.file, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as reason:
            if "locked" in str(reason):
                return True
            raise
        connection.execute("ROLLBACK")
    return False


def has_tables(database: Database) -> bool:
    """Whether a server's database holds tables of tenfold."""
    with database.engine.connect() as connection:
        return inspect(connection).has_table("entries")


def fill(file: Path, database: Database) -> None:
    """Replace a server's tables by those of a backup, which are up to date, in one transaction."""
    source = Database(f"sqlite:///{file}")
    try:
        with source.engine.connect() as rows:
            _copy(rows, database)
    finally:
        source.close()


def _copy(source: Connection, target: Database) -> None:
    tables = [one for one in load_tables().sorted_tables if one.name != _COUNTED]
    with target.writing() as session:
        connection = session.connection()
        for table in reversed(tables):
            connection.execute(delete(table))
        for table in tables:
            _copy_table(source, connection, table)
            if not target.sqlite:
                _count_on(connection, table)


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    found = source.execution_options(stream_results=True).execute(select(table).order_by(*table.primary_key))
    for rows in found.mappings().partitions(_ROWS):
        target.execute(insert(table), [dict(row) for row in rows])


def _count_on(connection: Connection, table: Table) -> None:
    """Continue the numbering of new rows after the existing ones."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    largest = connection.scalar(select(func.max(column)))
    if sequence and largest is not None:
        connection.execute(select(func.setval(sequence, largest)))


def _change(
    connection: Connection, table: Table, change: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> None:
    key = list(table.primary_key)
    for row in connection.execute(select(table)).mappings().all():
        mine = [column == row[column.name] for column in key]
        values = change(dict(row))
        if values is None:
            connection.execute(delete(table).where(*mine))
        elif values != dict(row):
            connection.execute(table.update().where(*mine).values(values))
