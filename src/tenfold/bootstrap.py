"""Puts tenfold together: the one place where the parts are made and handed to each other.

Knows every part's constructor and nothing of what it is used for. Nothing here happens at import.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tenfold.database import Database
from tenfold.database.upgrading import upgrade
from tenfold.images import Limits
from tenfold.inference import Classifier
from tenfold.inference.live import Live
from tenfold.registry.models import Registry
from tenfold.settings import Settings
from tenfold.work import switching


@dataclass
class House:
    """All of tenfold's parts, at work on one database and one folder.

    notices: what whoever starts it should know, in words.
    """

    settings: Settings
    database: Database
    live: Live
    registry: Registry
    switch: switching.Switch
    notices: tuple[str, ...]

    @property
    def home(self) -> Path:
        return self.settings.home

    def close(self) -> None:
        self.database.close()


def open_house(settings: Settings, *, classifier: Classifier | None = None, serving: bool = False) -> House:
    """Open everything that `settings` name.

    Args:
        serving: the model that the settings name goes live for all, not only in this process.
        classifier: answers instead of the live model; for tests.

    Raises:
        TenfoldError: the database does not answer or cannot be upgraded, or the model cannot be read.
    """
    database = Database(settings.database_url or f"sqlite:///{settings.home / 'tenfold.db'}")
    database.check()
    upgrade(database, settings.home / "backups" if settings.upgrade_backup == "yes" else None)
    limits = Limits(pixels=settings.max_picture_pixels, bytes=settings.max_picture_bytes)
    load = partial(Classifier, threads=settings.threads, limits=limits)
    registry = Registry(database, settings.home / "models")
    if classifier is None:
        classifier, notice = switching.first(registry, settings.model, load, insist=serving)
    else:
        _, notice = switching.first(registry, "", lambda path: classifier, insist=False)
    live = Live(classifier)
    return House(
        settings=settings,
        database=database,
        live=live,
        registry=registry,
        switch=switching.Switch(registry, live, load),
        notices=(notice,) if notice else (),
    )
