"""The parts of the container that all others need: settings, database, accounts. Know no picture."""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from tenfold import settings as configuration
from tenfold.errors import SettingError
from tenfold.files import check_writable, has_room
from tenfold.os_errors import refused
from tenfold.paths import Home
from tenfold.settings import Settings

if TYPE_CHECKING:
    from tenfold.accounts.audit import Audit
    from tenfold.accounts.logins import Logins
    from tenfold.accounts.passwords import Passwords
    from tenfold.accounts.people import People
    from tenfold.accounts.sessions import Sessions
    from tenfold.accounts.tokens import Tokens
    from tenfold.database import Database
    from tenfold.storage import BlobStore

T = TypeVar("T")
# Seconds for which the result of the check for disk space is reused.
_SECONDS_OF_ROOM = 3.0


class part(Generic[T]):  # noqa: N801 - a decorator
    """A property that is computed once, also if two threads read it at the same moment."""

    def __init__(self, make: "Callable[[Any], T]") -> None:
        self._make = make

    def __set_name__(self, owner: type["Foundation"], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, app: None, owner: type["Foundation"]) -> Self: ...

    @overload
    def __get__(self, app: "Foundation", owner: type["Foundation"]) -> T: ...

    def __get__(self, app: "Foundation | None", owner: type["Foundation"]) -> Self | T:
        if app is None:
            return self
        with app.making:
            # From now on the instance's attribute hides this property, which has no setter.
            if self._name not in app.__dict__:
                app.__dict__[self._name] = self._make(app)
            made: T = app.__dict__[self._name]
        return made


def on_database(place: str) -> "part[Any]":
    """A part that needs the database alone; place: its class, as "module:Class"."""
    module, name = place.split(":")
    return part(lambda app: getattr(import_module(module), name)(app.database))


class Foundation:
    """Settings, database and people; parts are made when they are first used.

    Used as a context manager; leaving it closes what was opened.

    Args:
        settings: None: as the environment and the settings' file state them.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or configuration.load()
        self.making = threading.RLock()
        # When it was asked whether there is room on the disk, and the answer.
        self._room: tuple[float, bool] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened, those that use others first."""
        for name in ("jobs", "model_server", "similar", "database", "tracing"):
            if made := self.__dict__.get(name):
                made.close()

    def has_made(self, name: str) -> bool:
        """Whether the part of this name was used so far."""
        return name in self.__dict__

    @property
    def home(self) -> Home:
        return Home(self.settings.home)

    @property
    def folders(self) -> dict[str, Path]:
        """The folders that may be on disks of their own, by what is in them."""
        home = self.home
        return {
            "home": home.folder,
            "pictures": home.blobs("pictures"),
            "models": home.blobs("models"),
            "clips": home.clips,
            "data": self.settings.data_dir,
        }

    def blobs(self, name: str) -> "BlobStore":
        """The store for `name`: pictures, models, drafts, thumbnails, checks, comparisons, events."""
        from tenfold.storage import LocalStore

        return LocalStore(self.home.blobs(name), lasting=name != "thumbnails")

    def check_home(self) -> None:
        """Raise SettingError where this user cannot write in the home."""
        try:
            check_writable(self.home.folder)
        except OSError as reason:
            who = f"user {os.getuid()} of group {os.getgid()}" if os.name == "posix" else "this user"
            cure = "Give it to that user, start tenfold as its owner, or name another in TENFOLD_HOME."
            subject = f"The folder {self.home.folder}"
            raise refused(SettingError, subject, reason, f"cannot be written by {who}", cure=cure) from reason

    def has_room(self) -> bool:
        """Whether more can be written where pictures and the database are.

        The result is cached for seconds: the check writes something, and monitoring may ask many times a
        second.
        """
        moment = time.monotonic()
        if self._room is None or moment - self._room[0] >= _SECONDS_OF_ROOM:
            folders = [self.home.folder, self.home.blobs("pictures")]
            there = self.database.has_room and all(has_room(one) for one in folders if one.is_dir())
            self._room = (moment, there)
        return self._room[1]

    @property
    def database_url(self) -> str:
        return self.settings.database_url or f"sqlite:///{self.home.database}"

    def open_database(self) -> "Database":
        """The database with its tables as they are; SQLite's file is made where there is none.

        Raises:
            DatabaseError: the setting database_url or the password file cannot be used.
        """
        from tenfold.database import Database

        settings = self.settings
        return Database(self.database_url, settings.database_password_file if settings.database_url else "")

    @part
    def database(self) -> "Database":
        """The database with its tables up to date; raises DatabaseError."""
        settings, database = self.settings, self.open_database()
        try:
            database.check()
            if not database.up_to_date():
                from tenfold.database.upgrading import upgrade

                upgrade(database, self.home.backups if settings.upgrade_backup == "yes" else None)
        except BaseException:
            database.close()
            raise
        return database

    audit: "part[Audit]" = on_database("tenfold.accounts.audit:Audit")

    @part
    def passwords(self) -> "Passwords":
        from tenfold.accounts.passwords import Passwords

        return Passwords()

    @part
    def people(self) -> "People":
        from tenfold.accounts.people import People

        return People(self.database, self.passwords, self.audit)

    @part
    def sessions(self) -> "Sessions":
        from tenfold.accounts.sessions import Sessions

        return Sessions(
            self.database,
            idle=timedelta(minutes=self.settings.session_idle_minutes),
            lasting=timedelta(hours=self.settings.session_hours),
        )

    @part
    def tokens(self) -> "Tokens":
        from tenfold.accounts.tokens import Tokens

        return Tokens(self.database, self.audit)

    @part
    def logins(self) -> "Logins":
        from tenfold.accounts.limits import LoginLimits
        from tenfold.accounts.logins import Logins

        return Logins(self.people, self.sessions, LoginLimits(self.database), self.audit)
