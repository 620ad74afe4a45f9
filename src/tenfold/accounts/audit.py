"""The log of who did what: logins, failures, changes of people, tokens, models, settings, many entries.

Whoever does such a thing calls `note`. Nothing is ever changed or removed here, and no password, token or
cookie is ever handed to it. Knows no HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from tenfold.accounts.tables import AuditRecord, Person
from tenfold.database import Database
from tenfold.database.base import now

_LONGEST_SUBJECT = 300


@dataclass(frozen=True)
class AuditEntry:
    """One record. who: the person's name as it was then; empty: this machine's own user, or nobody."""

    id: int
    at: datetime
    who_id: int
    who: str
    action: str
    subject: str
    details: dict[str, Any]
    address: str


class Audit:
    """The audit log of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self,
        who: int,
        action: str,
        subject: str = "",
        details: Mapping[str, Any] | None = None,
        *,
        address: str = "",
        within: Transaction | None = None,
    ) -> None:
        """Add a record.

        Args:
            who: the person's id; 0: this machine's own user, or nobody.
            action: what was done, as one word with dots: "person.add", "model.live", "entries.delete".
            subject: what it was done to: a name, a hash, a number of entries.
            details: more of it, as JSON takes it.
            address: where the request came from.
            within: a transaction to keep it in, so that it is kept if and only if the change is.
        """
        if within is None:
            with self._database.writing() as transaction:
                self._add(transaction, who, action, subject, details, address)
        else:
            self._add(within, who, action, subject, details, address)

    def latest(self, *, before: int | None = None, limit: int = 100) -> list[AuditEntry]:
        """The records, the newest first; `before`: only those with a smaller id."""
        wanted = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(AuditRecord.id < before)
        with self._database.reading() as session:
            return [_noted(record) for record in session.scalars(wanted)]

    def _add(
        self,
        transaction: Transaction,
        who: int,
        action: str,
        subject: str,
        details: Mapping[str, Any] | None,
        address: str,
    ) -> None:
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


def _noted(record: AuditRecord) -> AuditEntry:
    return AuditEntry(
        id=record.id,
        at=record.at,
        who_id=record.person_id,
        who=record.person,
        action=record.action,
        subject=record.subject,
        details=record.details,
        address=record.address,
    )
