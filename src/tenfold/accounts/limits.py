"""Slows down guessing of passwords: after some failures each attempt has to wait longer.

Counted for a name from an address (a stranger cannot lock out the person, who comes from elsewhere), for an
address (many names tried from it) and for a name (tried from many addresses). Names that nobody has are
counted too, so that nobody learns from it which exist. Knows no HTTP and no password.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session as Transaction

from tenfold.accounts.people import key_of
from tenfold.accounts.tables import LoginAttempt
from tenfold.database import Database
from tenfold.database.base import now
from tenfold.errors import TooManyLogins

FORGOTTEN = timedelta(hours=1)
LONGEST_WAIT = timedelta(minutes=15)
# Failures within an hour after which there is no delay yet.
FREE_HERE, FREE_ADDRESS, FREE_NAME = 5, 20, 50


@dataclass(frozen=True)
class AllowedAttempt:
    """An attempt that was allowed: the keys that it is counted under."""

    here: str
    ids: tuple[int, ...]


class LoginLimits:
    """The failed logins of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, address: str) -> AllowedAttempt:
        """Count an attempt as failed before it is made, so that many at once are not all let through.

        Raises:
            TooManyLogins: too many have failed; this one is not to be made.
        """
        keys, at = _keys(name, address), now()
        with self._database.writing() as change:
            self._alone(change, keys)
            change.execute(delete(LoginAttempt).where(LoginAttempt.at < at - FORGOTTEN))
            wait = max(self._wait(change, key, free, at) for key, free in keys)
            if wait > timedelta():
                seconds = ceil(wait.total_seconds())
                raise TooManyLogins(
                    "Signing in",
                    "has failed too often",
                    seconds=seconds,
                    cure=f"Wait {_words(seconds)}, and try again.",
                )
            attempts = [LoginAttempt(key=key, at=at) for key, _ in keys]
            change.add_all(attempts)
            change.flush()
            return AllowedAttempt(keys[0][0], tuple(attempt.id for attempt in attempts))

    def wait(self, name: str, address: str) -> int:
        """Seconds until the next attempt is allowed; 0: at once."""
        at = now()
        with self._database.reading() as session:
            wait = max(self._wait(session, key, free, at) for key, free in _keys(name, address))
        return max(0, ceil(wait.total_seconds()))

    def succeeded(self, one: AllowedAttempt) -> None:
        """Uncount an attempt that succeeded, and forget the failures of that name from that address."""
        with self._database.writing() as change:
            change.execute(
                delete(LoginAttempt).where(LoginAttempt.id.in_(one.ids) | (LoginAttempt.key == one.here))
            )

    def withdraw(self, one: AllowedAttempt) -> None:
        """Uncount an attempt that was not made."""
        with self._database.writing() as change:
            change.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(one.ids)))

    def _alone(self, change: Transaction, keys: Sequence[tuple[str, int]]) -> None:
        """Lock the keys against other transactions. SQLite allows one writer at a time anyway."""
        if not self._database.sqlite:
            for number in sorted(int(key[-15:], 16) for key, _ in keys):
                change.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def _wait(self, change: Transaction, key: str, free: int, at: datetime) -> timedelta:
        wanted = select(func.count(), func.max(LoginAttempt.at)).where(LoginAttempt.key == key)
        failed, last = change.execute(wanted).one()
        if failed < free or last is None:
            return timedelta()
        wait = min(timedelta(seconds=2 ** min(failed - free, 20)), LONGEST_WAIT)
        return last + wait - at


def _keys(name: str, address: str) -> tuple[tuple[str, int], ...]:
    who, place = key_of(name), _place(address)
    return (
        (_key("here", who, place), FREE_HERE),
        (_key("address", place), FREE_ADDRESS),
        (_key("name", who), FREE_NAME),
    )


def _key(*parts: str) -> str:
    """Hashed: people sometimes type their password as the name, and input may be of any length."""
    return f"{parts[0]}:{sha256(repr(parts).encode()).hexdigest()}"


def _place(address: str) -> str:
    """The address range of one client: an IPv4 address, or an IPv6 network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _words(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} minutes"
