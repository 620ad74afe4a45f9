"""All that has to do with people, made and handed to each other. Knows no HTTP and no picture."""

from datetime import timedelta
from pathlib import Path

from tenfold.accounts.audit import Audit
from tenfold.accounts.limits import Limits
from tenfold.accounts.logins import Logins
from tenfold.accounts.passwords import Passwords
from tenfold.accounts.people import People
from tenfold.accounts.sessions import Sessions
from tenfold.accounts.tokens import Tokens
from tenfold.database import Database


class Office:
    """The people of one database and their ways in.

    Args:
        home: where the key lies that signs sessions.
        idle: a session ends when it was not used for so long.
        lasting: a session ends so long after it began.
        passwords: others than with the usual parameters.
    """

    def __init__(
        self,
        database: Database,
        home: Path,
        *,
        idle: timedelta,
        lasting: timedelta,
        passwords: Passwords | None = None,
    ) -> None:
        self.audit = Audit(database)
        self.people = People(database, passwords or Passwords(), self.audit)
        self.sessions = Sessions(database, home, idle=idle, lasting=lasting)
        self.tokens = Tokens(database, self.audit)
        self.logins = Logins(self.people, self.sessions, Limits(database), self.audit)
