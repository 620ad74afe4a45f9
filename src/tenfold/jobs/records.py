"""The table of jobs for those who submit them: adding, listing, cancelling, deleting. Runs nothing."""

import hashlib
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from tenfold.database import Database, now
from tenfold.errors import UnknownJob
from tenfold.jobs.tables import CANCELLED, ENDED, UNFINISHED, WAITING, JobRow, WorkerRow

# Makes a job's parameters within the transaction that adds the job; gets the job's id.
Make = Callable[[Session, str], dict[str, Any]]
_KEPT = timedelta(days=90)
_LONGEST_KEY = 200


class JobState(NamedTuple):
    """A job's state, without its parameters and result."""

    id: str
    state: str
    cancel: bool
    created_at: datetime
    problem: dict[str, Any] | None


_STANDING = JobRow.id, JobRow.state, JobRow.cancel, JobRow.created_at, JobRow.problem


class Records:
    """The table of jobs in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, make: Make, *, title: str, by: int, key: str | None) -> tuple[JobRow, bool]:
        """A new job that waits, and True; or the unfinished one that has the same key, and False.

        Args:
            make: what it adds to the session is committed together with the job, or not at all.
        """
        key = _short(key)
        while True:
            if key is not None and (found := self._with_key(key)):
                return found, False
            job_id, moment = _new_id(), now()
            statement = self._database.insert(JobRow).values(
                id=job_id, kind=kind, title=title, params={}, by=by, key=key, state=WAITING, cancel=False,
                created_at=moment, updated_at=moment,
            )  # fmt: skip
            unless_there = statement.on_conflict_do_nothing(index_elements=["key"])
            with self._database.writing() as session:
                row = session.scalars(unless_there.returning(JobRow)).one_or_none()
                if row is not None:
                    row.params = make(session, job_id)
            if row is not None:
                return row, True
            # Another job took the key a moment ago; it may even have ended since.

    def workers(self) -> set[str]:
        """The ids of the workers that live; each worker removes those of processes that died."""
        return set(self._database.scalars(select(WorkerRow.id)))

    def get(self, job_id: str) -> JobRow:
        """The job; raises UnknownJob."""
        row = self._database.get(JobRow, job_id)
        if row is None:
            raise UnknownJob(f"Job {job_id[:64]}", "does not exist", cure="tenfold jobs lists those that do.")
        return row

    def page(
        self, limit: int, before: str | None, kinds: Sequence[str], states: Sequence[str]
    ) -> list[JobRow]:
        """The newest jobs first; `before`: only those older than that one."""
        query = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(JobRow.id < before)
        if kinds:
            query = query.where(JobRow.kind.in_(kinds))
        if states:
            query = query.where(JobRow.state.in_(states))
        return self._database.scalars(query)

    def latest(self, kind: str, param: str, values: Sequence[str]) -> dict[str, JobState]:
        """The state of the last job of a kind for each of some values of a parameter that is a text."""
        value = JobRow.params[param].as_string()
        newest = select(func.max(JobRow.id)).where(JobRow.kind == kind, value.in_(values)).group_by(value)
        query = select(value, *_STANDING).where(JobRow.id.in_(newest))
        return {row[0]: JobState(*row[1:]) for row in self._database.rows(query)}

    def standing(self, ids: Sequence[str]) -> dict[str, JobState]:
        """The states of jobs, by their ids."""
        return {
            row.id: JobState(*row)
            for row in self._database.rows(select(*_STANDING).where(JobRow.id.in_(ids)))
        }

    def moving(self, since: datetime) -> list[JobRow]:
        """Jobs that are unfinished, and those that changed after `since`."""
        query = select(JobRow).where(or_(JobRow.state.in_(UNFINISHED), JobRow.updated_at > since))
        return self._database.scalars(query.order_by(JobRow.id))

    def counts(self) -> dict[tuple[str, str], int]:
        """How many jobs there are of each kind and state."""
        query = select(JobRow.kind, JobRow.state, func.count()).group_by(JobRow.kind, JobRow.state)
        return {(kind, state): number for kind, state, number in self._database.rows(query)}

    def cancel(self, job_id: str, *, handling_cancel: Collection[str] = ()) -> JobRow:
        """Cancel a job that waits, ask a running one to stop, and leave one that has ended.

        Args:
            handling_cancel: kinds whose jobs are asked to stop also where they wait, once they have started.
        """
        self.get(job_id)
        with self._database.writing() as session:
            row = session.get(JobRow, job_id, with_for_update=True)
            started = row is not None and row.attempt > 0 and row.kind in handling_cancel
            if row is not None and row.state == WAITING and not started:
                row.state, row.key, row.cancel = CANCELLED, None, True
                row.ended_at = row.updated_at = now()
            elif row is not None and row.state in UNFINISHED:
                # Its key is free at once: the same work may be submitted again while this job stops.
                row.cancel, row.key, row.updated_at = True, None, now()
        return self.get(job_id)

    def forget_old(self) -> None:
        """Delete jobs that ended more than 90 days ago."""
        query = delete(JobRow).where(JobRow.state.in_(ENDED), JobRow.updated_at < now() - _KEPT)
        self._database.execute(query)

    def _with_key(self, key: str) -> JobRow | None:
        return self._database.scalar(select(JobRow).where(JobRow.key == key))


def _new_id() -> str:
    return f"{time.time_ns():016x}{secrets.token_hex(6)}"


def _short(key: str | None) -> str | None:
    if key is None or len(key) <= _LONGEST_KEY:
        return key
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()
