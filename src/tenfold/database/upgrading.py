"""Brings the tables to the version that this tenfold works with: backs up, changes, checks, or undoes it all.

The change and its check are one transaction, on SQLite too, so a failure or a kill leaves what was there.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, table
from sqlalchemy.exc import SQLAlchemyError

from tenfold.database.backups import backup, restore
from tenfold.database.base import Base
from tenfold.database.engine import Database
from tenfold.database.faults import trouble
from tenfold.errors import DatabaseError

STEPS = Path(__file__).parent / "migrations"
# Tables in which no upgrade may lose a row.
_KEPT = ("entries", "names", "people", "models")
# An arbitrary constant: the number of the PostgreSQL advisory lock that is held during an upgrade.
_LOCK = 7_210_032


def upgrade(database: Database, backups: Path | None = None, *, steps: Path = STEPS) -> Path | None:
    """Create the tables, or bring them up to date. Returns the copy, if one was made.

    Args:
        backups: the folder for a copy of what was there; None makes no copy.
        steps: Alembic's folder of migrations.

    Raises:
        DatabaseError: it is of a newer tenfold, or cannot be backed up or upgraded; then it is as it was.
    """
    with database.engine.connect() as connection:
        version, newest = versions(connection, steps, database.shown)
        before = inspect(connection).has_table("entries")
    if version == newest:
        return None
    copy = backup(database, backups, version) if before and backups is not None else None
    kept = "It is as it was." + (f" A copy is {copy}." if copy else "")
    try:
        _change(database, steps)
        with database.engine.connect() as connection:
            _check_file(connection)
    except (SQLAlchemyError, DatabaseError, ValueError) as reason:
        _make_sure(database, version, copy, steps)
        fault = trouble(reason)
        full = fault is not None and fault.reason == "disk-full"
        cure = (
            "Free some space."
            if full
            else "Report this with the message, and go on with the tenfold that you had."
        )
        raise DatabaseError(
            f"The database {database.shown}",
            f"could not be upgraded from version {version or 'none'} to {newest}",
            received=str(reason).splitlines()[0],
            cure=f"{kept} {cure}",
            reason="disk-full" if full else "",
        ) from reason
    return copy


def configured(connection: Connection, steps: Path = STEPS) -> Config:
    """Alembic's configuration for a connection, with no file of its own."""
    config = Config()
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["include_object"] = _ours
    return config


def versions(connection: Connection, steps: Path, shown: str) -> tuple[str, str]:
    """The version of the tables, "" where there are none, and the newest. Raises DatabaseError."""
    scripts = ScriptDirectory.from_config(configured(connection, steps))
    version = MigrationContext.configure(connection).get_current_revision() or ""
    newest = scripts.get_current_head() or ""
    if version and version not in {step.revision for step in scripts.walk_revisions()}:
        raise DatabaseError(
            f"The database {shown}",
            "was made by a newer tenfold than this one",
            received=f"its tables are of version {version}, this tenfold knows up to {newest}",
            cure="Install that tenfold again, or the newest one.",
            reason="database-newer",
            params={"version": version, "newest": newest},
        )
    return version, newest


def _change(database: Database, steps: Path) -> None:
    with database.engine.connect() as connection:
        if database.sqlite:
            # A changed table is replaced under the same name; with keys enforced, rows that point to the old
            # one would go with it. The setting cannot be changed within a transaction.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.commit()
            connection = connection.execution_options(tenfold_begin="BEGIN IMMEDIATE")
        try:
            with connection.begin():
                if not database.sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
                counts = _counts(connection)
                command.upgrade(configured(connection, steps), "head")
                _check(connection, counts)
        finally:
            if database.sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def _counts(connection: Connection) -> dict[str, int]:
    found = set(inspect(connection).get_table_names())
    return {
        name: connection.scalar(select(func.count()).select_from(table(name))) or 0
        for name in _KEPT
        if name in found
    }


def _check(connection: Connection, before: dict[str, int]) -> None:
    """Raise DatabaseError where the tables are not what the code expects, or rows were lost."""
    lost = [name for name, count in _counts(connection).items() if count < before.get(name, 0)]
    if lost:
        raise DatabaseError("The upgrade", "would lose rows", received=", ".join(lost))
    options = {"include_object": _ours, "compare_type": True}
    differences = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    if differences:
        raise DatabaseError(
            "The upgrade", "does not give the tables that this tenfold uses", received=str(differences[0])
        )
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise DatabaseError("The upgrade", "leaves rows that point nowhere", received=str(broken))


def _check_file(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        answer = connection.exec_driver_sql("PRAGMA quick_check").scalar()
        if answer != "ok":
            raise DatabaseError("The database file", "is damaged", received=str(answer))


def _make_sure(database: Database, version: str, copy: Path | None, steps: Path) -> None:
    """The transaction has undone everything; where the file was changed all the same, restore the copy."""
    if copy is None or not database.sqlite:
        return
    with database.engine.connect() as connection:
        now = MigrationContext.configure(connection).get_current_revision() or ""
    if now != version:
        restore(database, copy)


def _ours(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Whether what is found in the database is to be compared: not the tables of full text search or of jobs,
    nor PostgreSQL's index of texts, which no table here can name."""
    found_only = reflected and compare_to is None
    return not (found_only and (kind == "table" or (kind == "index" and name == "text_of_entries")))
