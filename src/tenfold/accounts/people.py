"""The people with an account: added, listed, changed, disabled. There is always an administrator among them.

Knows no HTTP. Who changes what is in the audit log.
"""

import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from tenfold.accounts import passwords, roles
from tenfold.accounts.audit import Action, Audit
from tenfold.accounts.passwords import Passwords
from tenfold.accounts.tables import Person, Session
from tenfold.database import Database
from tenfold.database.base import now
from tenfold.errors import AccountError, UnknownAccount

LONGEST_NAME = 100
# Seconds after which this process notices that another one added the first person.
_REMEMBERED_SECONDS = 1.0


@dataclass(frozen=True)
class Account:
    """A person as others may see them."""

    id: int
    name: str
    role: str
    created_at: datetime
    password_at: datetime
    disabled_at: datetime | None

    @property
    def disabled(self) -> bool:
        return self.disabled_at is not None


class People:
    """The accounts of one database. `by` is the id of the person who makes a change."""

    def __init__(self, database: Database, kept: Passwords, audit: Audit) -> None:
        self._database, self._passwords, self._audit = database, kept, audit
        self._somebody, self._nobody_until = False, 0.0

    def anybody(self) -> bool:
        """Whether there is an account, so that one has to sign in. Accounts are never deleted."""
        if not self._somebody:
            with self._database.reading() as session:
                self._somebody = session.scalar(select(Person.id).limit(1)) is not None
            self._nobody_until = 0.0 if self._somebody else time.monotonic() + _REMEMBERED_SECONDS
        return self._somebody

    @property
    def nobody_lately(self) -> bool:
        """Whether there was no account when last checked. Asks no database; False where that is not known."""
        return time.monotonic() < self._nobody_until

    def everybody(self) -> list[Account]:
        """Everybody, by name."""
        with self._database.reading() as session:
            return [_account(person) for person in session.scalars(select(Person).order_by(Person.key))]

    def get(self, person: int) -> Account:
        """The person with this id; raises AccountError."""
        with self._database.reading() as session:
            return _account(_person(session, person))

    def named(self, name: str) -> Account:
        """The person of this name, however it is written; raises AccountError."""
        with self._database.reading() as session:
            person = _named(session, name)
            if person is None:
                known = ", ".join(session.scalars(select(Person.name).order_by(Person.key).limit(20)))
                cure = f"There are {known}." if known else "There are no accounts yet: tenfold user add."
                raise UnknownAccount(f"'{name[:LONGEST_NAME]}'", "has no account", cure=cure)
            return _account(person)

    def name_of(self, person: int) -> str:
        """The names to show for ids; empty for 0 and for unknown ids."""
        return self.names_of([person]).get(person, "")

    def names_of(self, ids: Sequence[int]) -> dict[int, str]:
        """The names of those of `ids` that are people's."""
        wanted = {one for one in ids if one > 0}
        if not wanted:
            return {}
        with self._database.reading() as session:
            found = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
            return {row.id: row.name for row in found}

    def add(self, name: str, role: str, password: str, *, by: int = 0, address: str = "") -> Account:
        """Add an account; raises AccountError. The first one must be an administrator's."""
        name = checked_name(name)
        roles.checked(role)
        passwords.check(password, name=name)
        kept, at = self._passwords.hash(password), now()
        try:
            with self._database.writing() as change:
                if role != roles.ADMINISTRATOR and not _administrators(change):
                    raise AccountError(
                        "The first account",
                        "has to be an administrator's: otherwise nobody could change anything",
                        received=role,
                        cure="Add an administrator first.",
                    )
                person = Person(
                    name=name,
                    key=key_of(name),
                    role=role,
                    password_hash=kept,
                    created_at=at,
                    password_at=at,
                )
                change.add(person)
                change.flush()
                self._audit.note(by, "person.add", name, {"role": role}, address=address, within=change)
                account = _account(person)
        except IntegrityError:
            raise AccountError(
                f"The name '{name}'",
                "is taken",
                cure="Choose another.",
                reason="name-taken",
                params={"name": name},
            ) from None
        self._somebody, self._nobody_until = True, 0.0
        return account

    def change(
        self,
        person: int,
        *,
        role: str | None = None,
        disabled: bool | None = None,
        password: str | None = None,
        by: int = 0,
        address: str = "",
    ) -> Account:
        """Change an account, all of it or nothing. None: that value stays.

        Args:
            disabled: not let in any longer; their sessions end.
            password: another one; their sessions end.

        Raises:
            AccountError: it cannot be done; for one, there has to be an administrator.
        """
        kept = None
        if role is not None:
            roles.checked(role)
        if password is not None:
            passwords.check(password, name=self.get(person).name)
            kept = self._passwords.hash(password)
        with self._database.writing() as change:
            administrators = _administrators(change)
            found = _person(change, person)
            notes = list(_changed(found, role, disabled, kept))
            leaves = found.role != roles.ADMINISTRATOR or found.disabled_at is not None
            if leaves and administrators == [person]:
                raise AccountError(
                    found.name,
                    "is the last administrator",
                    cure="Make somebody else an administrator first.",
                    reason="last-administrator",
                    params={"name": found.name},
                )
            if disabled or kept:
                change.execute(delete(Session).where(Session.person_id == person))
            for action, details in notes:
                self._audit.note(by, action, found.name, details, address=address, within=change)
            change.flush()
            return _account(found)

    def check(self, name: str, password: str) -> Account | None:
        """The person with this name and password, if they may sign in.

        Takes as long where the name is unknown.
        """
        with self._database.reading() as session:
            person = _named(session, name)
        right = self._passwords.right(password, person.password_hash if person else None)
        if person is None or not right or person.disabled_at is not None:
            return None
        if self._passwords.outdated(person.password_hash):
            self._keep_anew(person, password)
        return _account(person)

    def _keep_anew(self, person: Person, password: str) -> None:
        kept = self._passwords.hash(password)
        with self._database.writing() as change:
            found = change.get(Person, person.id)
            if found is not None and found.password_hash == person.password_hash:
                found.password_hash = kept


def key_of(name: str) -> str:
    """The key under which names that look the same collide."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def checked_name(name: str) -> str:
    """The name as it is stored; raises AccountError for one that is invisible or looks like another."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    hidden = [letter for letter in name if unicodedata.category(letter)[0] == "C"]
    if hidden:
        raise AccountError(
            "The name",
            "holds characters that cannot be seen",
            received=f"U+{ord(hidden[0]):04X}",
            cure="Write it again.",
            reason="hidden-characters",
        )
    if not key_of(name) or max(len(name), len(key_of(name))) > LONGEST_NAME:
        raise AccountError(
            "The name",
            "is empty" if not key_of(name) else "is too long",
            received=f"{len(name)} characters",
            cure=f"Take 1 to {LONGEST_NAME} characters.",
            reason="name-length",
            params={"most": LONGEST_NAME},
        )
    return name


def _changed(
    person: Person, role: str | None, disabled: bool | None, password_hash: str | None
) -> Iterator[tuple[Action, dict[str, str]]]:
    """Change `person`; what is to be noted of it."""
    if role is not None and role != person.role:
        yield "person.role", {"from": person.role, "to": role}
        person.role = role
    if disabled is not None and disabled != (person.disabled_at is not None):
        yield "person.disable" if disabled else "person.enable", {}
        person.disabled_at = now() if disabled else None
    if password_hash is not None:
        yield "person.password", {}
        person.password_hash, person.password_at = password_hash, now()


def _administrators(transaction: Transaction) -> list[int]:
    """The administrators who can sign in, locked, so that two changes cannot disable the last two."""
    wanted = select(Person.id).where(Person.role == roles.ADMINISTRATOR, Person.disabled_at.is_(None))
    return list(transaction.scalars(wanted.with_for_update()))


def _named(transaction: Transaction, name: str) -> Person | None:
    key = key_of(name)
    if any(unicodedata.category(letter)[0] == "C" for letter in key):  # not all of them can be asked for
        return None
    return transaction.scalar(select(Person).where(Person.key == key))


def _person(transaction: Transaction, number: int) -> Person:
    person = transaction.get(Person, number) if 0 < number < 2**31 else None
    if person is None:
        raise UnknownAccount(f"The person {number}", "does not exist")
    return person


def _account(person: Person) -> Account:
    return Account(
        id=person.id,
        name=person.name,
        role=person.role,
        created_at=person.created_at,
        password_at=person.password_at,
        disabled_at=person.disabled_at,
    )
