"""Sessions: browsers in which a person is signed in.

The cookie is a random secret of 256 bits; the table holds its SHA-256, so that reading the table does not let
anybody sign in. Knows no HTTP.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, delete, select, update

from tenfold.accounts.tables import Person, Session
from tenfold.database import Database
from tenfold.database.base import now
from tenfold.errors import UnknownAccount

_SECRET_BYTES = 32
_COOKIE = re.compile(r"[A-Za-z0-9_-]{43}")
# Seconds between updates of a session's last use.
_USE_EVERY = timedelta(minutes=1)
_ID_LETTERS = 16


@dataclass(frozen=True)
class SignedIn:
    """A valid session, and its person. id: names it to its person; not the secret."""

    id: str
    person_id: int
    name: str
    role: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    address: str
    agent: str


class Sessions:
    """The sessions of one database.

    Args:
        idle: how long an unused session stays valid.
        lasting: how long a session stays valid at most.
    """

    def __init__(self, database: Database, *, idle: timedelta, lasting: timedelta) -> None:
        self._database, self._idle, self._lasting = database, idle, lasting

    def begin(self, person: int, *, address: str = "", agent: str = "", instead_of: str = "") -> str:
        """Sign a person in; the cookie's value. `instead_of`: the cookie that the browser had, which ends."""
        secret, at = secrets.token_urlsafe(_SECRET_BYTES), now()
        with self._database.writing() as change:
            change.execute(delete(Session).where(~self._holds(at) | (Session.hash == _hashed(instead_of))))
            change.add(
                Session(
                    hash=_hashed(secret),
                    person_id=person,
                    created_at=at,
                    used_at=at,
                    expires_at=at + self._lasting,
                    address=address[:64],
                    agent="".join(letter for letter in agent if letter.isprintable())[:200],
                )
            )
        return secret

    def find(self, cookie: str, *, using: bool = True) -> SignedIn | None:
        """The session of a cookie; None where it is not valid.

        Args:
            using: whether this counts as use.
        """
        if not _COOKIE.fullmatch(cookie):
            return None
        held, at = _hashed(cookie), now()
        with self._database.reading() as session:
            row = session.execute(
                select(Session, Person)
                .join(Person, Person.id == Session.person_id)
                .where(Session.hash == held, self._holds(at), Person.disabled_at.is_(None))
            ).first()
        if row is None:
            return None
        if using and at - row[0].used_at > _USE_EVERY:
            with self._database.writing() as change:
                change.execute(update(Session).where(Session.hash == held).values(used_at=at))
        return self._signed_in(*row)

    def of(self, person: int) -> list[SignedIn]:
        """A person's sessions, the latest first."""
        with self._database.reading() as session:
            rows = session.execute(
                select(Session, Person)
                .join(Person, Person.id == Session.person_id)
                .where(Session.person_id == person, self._holds(now()))
                .order_by(Session.created_at.desc())
            )
            return [self._signed_in(*row) for row in rows]

    def end(self, cookie: str) -> None:
        """Sign a browser out; nothing where it was not signed in."""
        with self._database.writing() as change:
            change.execute(delete(Session).where(Session.hash == _hashed(cookie)))

    def end_one(self, person: int, named: str) -> None:
        """End the person's session with this id; raises UnknownAccount."""
        ours = and_(Session.person_id == person, Session.hash.startswith(named, autoescape=True))
        with self._database.writing() as change:
            gone = (
                change.execute(delete(Session).where(ours).returning(Session.hash)) if _is_id(named) else None
            )
            if gone is None or gone.first() is None:
                raise UnknownAccount("The session", "does not exist, or has ended")

    def end_all(self, person: int, *, but: str = "") -> int:
        """End the person's sessions except the one with the id `but`; returns how many."""
        with self._database.writing() as change:
            others = [
                one
                for one in change.scalars(select(Session.hash).where(Session.person_id == person))
                if one[:_ID_LETTERS] != but
            ]
            change.execute(delete(Session).where(Session.hash.in_(others)))
        return len(others)

    def _holds(self, at: datetime) -> ColumnElement[bool]:
        return and_(Session.expires_at > at, Session.used_at > at - self._idle)

    def _signed_in(self, session: Session, person: Person) -> SignedIn:
        return SignedIn(
            id=session.hash[:_ID_LETTERS],
            person_id=person.id,
            name=person.name,
            role=person.role,
            created_at=session.created_at,
            used_at=session.used_at,
            expires_at=min(session.expires_at, session.used_at + self._idle),
            address=session.address,
            agent=session.agent,
        )


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _is_id(text: str) -> bool:
    return len(text) == _ID_LETTERS and set(text) <= set("0123456789abcdef")
