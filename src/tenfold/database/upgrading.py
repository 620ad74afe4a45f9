"""Brings the tables to the version that this tenfold works with."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from tenfold.database.engine import Database

STEPS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Create the tables, or bring them up to date."""
    with database.engine.connect() as connection:
        command.upgrade(configured(connection), "head")
        connection.commit()


def configured(connection: Connection, steps: Path = STEPS) -> Config:
    """Alembic's configuration for a connection, with no file of its own."""
    config = Config()
    config.set_main_option("script_location", str(steps))
    config.attributes["connection"] = connection
    config.attributes["include_object"] = _ours
    return config


def _ours(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Whether a table found in the database is to be compared: not those of full text search or of jobs."""
    return not (kind == "table" and reflected and compare_to is None)
