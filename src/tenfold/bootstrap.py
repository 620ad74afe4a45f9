"""Puts tenfold together: the one place where the parts are made and handed to each other.

Knows every part's constructor and nothing of what it is used for. Nothing here happens at import.
"""

from dataclasses import dataclass
from pathlib import Path

from tenfold.database import Database
from tenfold.database.upgrading import upgrade
from tenfold.images import Limits
from tenfold.inference import Classifier
from tenfold.inference.live import Live
from tenfold.settings import Settings


@dataclass
class House:
    """All of tenfold's parts, at work on one database and one folder."""

    settings: Settings
    database: Database
    live: Live

    @property
    def home(self) -> Path:
        return self.settings.home

    def close(self) -> None:
        self.database.close()


def open_house(settings: Settings, *, classifier: Classifier | None = None) -> House:
    """Open everything that `settings` name.

    Args:
        classifier: answers instead of the live model; for tests.

    Raises:
        TenfoldError: the database does not answer or cannot be upgraded, or the model cannot be read.
    """
    database = Database(settings.database_url or f"sqlite:///{settings.home / 'tenfold.db'}")
    database.check()
    upgrade(database, settings.home / "backups" if settings.upgrade_backup == "yes" else None)
    limits = Limits(pixels=settings.max_picture_pixels, bytes=settings.max_picture_bytes)
    if classifier is None:
        classifier = Classifier(settings.model or None, threads=settings.threads, limits=limits)
    return House(settings=settings, database=database, live=Live(classifier))
