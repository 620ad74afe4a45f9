"""Access tokens for programs. Each acts for a person, and may do no more than its role and the person's.

The table holds a token's SHA-256: it is 32 random bytes, which nobody guesses. Knows no HTTP.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, func, or_, select, update

from tenfold.accounts import roles
from tenfold.accounts.audit import Audit
from tenfold.accounts.people import LONGEST_NAME, checked_name
from tenfold.accounts.tables import Person, Token
from tenfold.database import Database, Session, now
from tenfold.errors import AccountError, UnknownAccount

# Lets scanners recognise a leaked token.
PREFIX = "tenfold_"
LONGEST_DAYS = 730
_SECRET_BYTES = 32
_USE_EVERY = timedelta(minutes=1)
_MOST = 100


@dataclass(frozen=True)
class IssuedToken:
    """A token without its secret."""

    id: int
    name: str
    person_id: int
    person: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class Tokens:
    """The tokens of one database."""

    def __init__(self, database: Database, audit: Audit) -> None:
        self._database, self._audit = database, audit

    def add(
        self, person: int, name: str, role: str, *, days: int, by: int = 0, address: str = ""
    ) -> tuple[IssuedToken, str]:
        """A new token and its secret, which is shown only once; raises AccountError.

        Args:
            days: how long it is valid.
        """
        name, secret, at = checked_name(name), PREFIX + secrets.token_urlsafe(_SECRET_BYTES), now()
        with self._database.writing() as change:
            owner = change.get(Person, person)
            if owner is None:
                raise AccountError(
                    "A token",
                    "has to be somebody's, and there is no such account",
                    cure="Add one: tenfold user add.",
                )
            _check(change, owner, role, days, at)
            token = Token(
                person_id=person,
                name=name,
                hash=_hashed(secret),
                role=role,
                created_at=at,
                expires_at=at + timedelta(days=days),
            )
            change.add(token)
            change.flush()
            details = {"id": token.id, "role": role, "days": days, "person": owner.name}
            self._audit.note(by, "token.add", name, details, address=address, within=change)
            return _issued(token, owner), secret

    def issued(self, person: int | None = None) -> list[IssuedToken]:
        """The tokens of a person, or of everybody, the newest first."""
        wanted = select(Token, Person).join(Person, Person.id == Token.person_id).order_by(Token.id.desc())
        if person is not None:
            wanted = wanted.where(Token.person_id == person)
        with self._database.reading() as session:
            return [_issued(*row) for row in session.execute(wanted)]

    def revoke(
        self, token_id: int, *, person: int | None = None, by: int = 0, address: str = ""
    ) -> IssuedToken:
        """Revoke a token. `person`: only one of this person's. Raises UnknownAccount."""
        with self._database.writing() as change:
            token = change.get(Token, token_id) if 0 < token_id < 2**31 else None
            if token is None or person not in (None, token.person_id):
                raise UnknownAccount(
                    f"The token {token_id}", "does not exist", cure="`tenfold token list` lists them."
                )
            owner = change.get(Person, token.person_id)
            assert owner is not None
            if token.revoked_at is None:
                token.revoked_at = now()
                details = {"id": token_id, "person": owner.name}
                self._audit.note(by, "token.revoke", token.name, details, address=address, within=change)
            return _issued(token, owner)

    def find(self, secret: str) -> IssuedToken | None:
        """The token of a secret, with its role as of now; None where it is not valid."""
        if not secret.startswith(PREFIX) or len(secret) > 2 * LONGEST_NAME:
            return None
        at, held = now(), _hashed(secret)
        with self._database.reading() as session:
            row = session.execute(
                select(Token, Person)
                .join(Person, Person.id == Token.person_id)
                .where(Token.hash == held, _holding(at), Person.disabled_at.is_(None))
            ).first()
        if row is None:
            return None
        token, owner = row
        if token.used_at is None or at - token.used_at > _USE_EVERY:
            with self._database.writing() as change:
                change.execute(update(Token).where(Token.id == token.id).values(used_at=at))
        return _issued(token, owner)


def _holding(at: datetime) -> ColumnElement[bool]:
    return Token.revoked_at.is_(None) & or_(Token.expires_at.is_(None), Token.expires_at > at)


def _check(change: Session, owner: Person, role: str, days: int, at: datetime) -> None:
    """Raise AccountError where the person cannot have such a token."""
    if not 1 <= days <= LONGEST_DAYS:
        raise AccountError(
            "The token's days",
            "are too few or too many",
            received=str(days),
            cure="Take 1 to 730.",
            reason="token-days",
        )
    if not roles.at_least(owner.role, roles.checked(role, roles.TOKEN_ROLES)):
        raise AccountError(
            "The token",
            f"cannot do more than {owner.name}",
            received=role,
            cure=f"Take {owner.role} or less.",
            reason="token-role",
            params={"name": owner.name},
        )
    held = select(func.count()).where(_holding(at), Token.person_id == owner.id)
    if (change.scalar(held) or 0) >= _MOST:
        raise AccountError(
            owner.name,
            f"has {_MOST} tokens",
            cure="Revoke some.",
            reason="too-many-tokens",
            params={"name": owner.name},
        )


def _hashed(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _issued(token: Token, owner: Person) -> IssuedToken:
    return IssuedToken(
        id=token.id,
        name=token.name,
        person_id=owner.id,
        person=owner.name,
        role=roles.lower(token.role, owner.role),
        created_at=token.created_at,
        expires_at=token.expires_at,
        used_at=token.used_at,
        revoked_at=token.revoked_at,
    )
