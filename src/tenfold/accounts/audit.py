"""The log of who did what: logins, failures, changes of people, tokens, models, settings, many entries.

Code that performs such an action calls `note`. Records are never changed or removed, and never contain a
password, token or cookie. Knows no HTTP.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from tenfold.accounts.tables import AuditRecord, Person
from tenfold.database import Database
from tenfold.database.base import now

_LONGEST_SUBJECT = 300
_PAGE = 1000

Action = Literal[
    "login", "login.failed", "login.blocked", "logout", "session.end",
    "person.add", "person.role", "person.enable", "person.disable", "person.password",
    "token.add", "token.revoke",
    "model.add", "model.live", "model.rollback", "model.remove", "model.compare", "model.improve",
    "model.teach", "model.export", "model.export.delete", "draft.delete",
    "training.begin", "training.stop", "training.resume", "training.rename", "training.delete",
    "data.fetch", "data.upload", "job.start",
    "folder.add", "folder.unwatch", "filing.make", "filing.undo", "catalogue.reclassify", "catalogue.erase",
    "destination.add", "destination.change", "destination.remove", "rule.add", "rule.change", "rule.remove",
    "camera.add", "camera.change", "camera.pause", "camera.remove",
    "station.add", "station.change", "station.pause", "station.remove", "station.changeover",
    "station.release", "station.refuse", "station.override",
    "recipe.add", "recipe.version", "recipe.prove", "recipe.approve", "recipe.remove",
    "settings",
]  # fmt: skip
"""All actions that are recorded. The page has a text for each."""
ACTIONS: Final[frozenset[str]] = frozenset(get_args(Action))

Kind = Literal["sign-in", "people", "models", "catalogue", "stations", "settings"]
"""What an action is about."""
# The first words of the actions of each kind.
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign-in": ("login", "logout", "session"),
    "people": ("person", "token"),
    "models": ("model", "training", "data", "draft", "job"),
    "catalogue": ("folder", "filing", "catalogue"),
    "stations": ("camera", "station", "recipe"),
    "settings": ("settings", "destination", "rule"),
}


@dataclass(frozen=True)
class AuditFilter:
    """Filters records; None does not filter.

    person: an id; 0: this machine's own user, or nobody. since is included, until is not.
    """

    person: int | None = None
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None


_ALL: Final = AuditFilter()


class Audit:
    """The audit log of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self,
        who: int,
        action: Action,
        subject: str = "",
        details: Mapping[str, Any] | None = None,
        *,
        address: str = "",
        within: Transaction | None = None,
    ) -> None:
        """Add a record.

        Args:
            who: the person's id; 0: this machine's own user, or nobody.
            action: what was done, one of `ACTIONS`.
            subject: what it was done to: a name, a hash, a number of entries.
            details: further facts, as JSON values.
            address: where the request came from.
            within: a transaction to keep it in, so that it is kept if and only if the change is.
        """
        if within is None:
            with self._database.writing() as transaction:
                self._add(transaction, who, action, subject, details, address)
        else:
            self._add(within, who, action, subject, details, address)

    def latest(
        self, wanted_of: AuditFilter = _ALL, *, before: int | None = None, limit: int = 100
    ) -> list[AuditRecord]:
        """The records, the newest first; `before`: only those with a smaller id."""
        wanted = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(limit)
        if wanted_of.person is not None:
            wanted = wanted.where(AuditRecord.person_id == wanted_of.person)
        if wanted_of.kind is not None:
            first = _KINDS[wanted_of.kind]
            begun = (AuditRecord.action.startswith(f"{word}.", autoescape=True) for word in first)
            wanted = wanted.where(or_(AuditRecord.action.in_(first), *begun))
        if wanted_of.since is not None:
            wanted = wanted.where(AuditRecord.at >= wanted_of.since)
        if wanted_of.until is not None:
            wanted = wanted.where(AuditRecord.at < wanted_of.until)
        if before is not None:
            wanted = wanted.where(AuditRecord.id < before)
        with self._database.reading() as session:
            return list(session.scalars(wanted))

    def every(self, wanted_of: AuditFilter) -> Iterator[AuditRecord]:
        """All records that match a filter, the newest first; only one page at a time is in memory."""
        before: int | None = None
        while page := self.latest(wanted_of, before=before, limit=_PAGE):
            yield from page
            before = page[-1].id

    def _add(
        self,
        transaction: Transaction,
        who: int,
        action: Action,
        subject: str,
        details: Mapping[str, Any] | None,
        address: str,
    ) -> None:
        assert action in ACTIONS, f"{action} has no words in the page"
        person = transaction.get(Person, who) if who else None
        transaction.add(
            AuditRecord(
                at=now(),
                person_id=who,
                person=person.name if person else "",
                action=action,
                subject=subject[:_LONGEST_SUBJECT].replace("\0", ""),  # PostgreSQL keeps no NUL
                details=dict(details or {}),
                address=address[:64],
            )
        )
