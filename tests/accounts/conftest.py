"""People with cheap passwords, and a clock that the tests move."""

from datetime import datetime, timedelta

import pytest

from tenfold.accounts.audit import Audit
from tenfold.accounts.limits import LoginLimits
from tenfold.accounts.logins import Logins
from tenfold.accounts.passwords import Passwords
from tenfold.accounts.people import People
from tenfold.accounts.sessions import Sessions
from tenfold.accounts.tokens import Tokens
from tenfold.database import Database, base
from tests.shortcuts.passwords import CHEAP

WORDS = "seven green kettles"


class Clock:
    """What the accounts take for now: it stands still, however slow the machine is."""

    def __init__(self) -> None:
        self.at = base.now()

    def now(self) -> datetime:
        return self.at

    def forward(self, **how: float) -> None:
        self.at += timedelta(**how)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in ("audit", "limits", "people", "sessions", "tokens"):
        monkeypatch.setattr(f"tenfold.accounts.{module}.now", made.now)
    return made


class Office:
    """All that has to do with people, on one database."""

    def __init__(self, database: Database) -> None:
        self.audit = Audit(database)
        self.people = People(database, Passwords(CHEAP), self.audit)
        self.sessions = Sessions(database, idle=timedelta(hours=1), lasting=timedelta(days=1))
        self.tokens = Tokens(database, self.audit)
        self.logins = Logins(self.people, self.sessions, LoginLimits(database), self.audit)


@pytest.fixture
def office(database: Database, clock: Clock) -> Office:
    """The people of an empty database: sessions end after an hour without use, or after a day."""
    return Office(database)


@pytest.fixture
def ann(office: Office) -> int:
    """An administrator's id."""
    return office.people.add("Ann", "administrator", WORDS).id
