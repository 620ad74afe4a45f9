"""The rows of jobs: made, found, and moved from waiting to their end. Knows nothing of who does the work."""

import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from tenfold.database import Database, now
from tenfold.errors import TenfoldError, UnknownJob
from tenfold.jobs.tables import CANCELLED, ENDED, RUNNING, UNFINISHED, WAITING, JobRow

_KEPT = timedelta(days=90)


class Records:
    """The table of jobs in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, params: dict[str, Any], *, title: str, by: int, key: str | None) -> JobRow:
        """A new job that waits; or the unfinished one that has the same key."""
        while True:
            if key is not None and (found := self._with_key(key)):
                return found
            moment = now()
            row = JobRow(
                id=_new_id(), kind=kind, title=title, params=params, by=by, key=key, state=WAITING, done=0,
                total=0, message="", cancel=False, created_at=moment, updated_at=moment,
            )  # fmt: skip
            try:
                with self._database.writing() as session:
                    session.add(row)
            except IntegrityError:
                # Somebody was faster with the same key; their job may have ended meanwhile, too.
                assert key is not None
                continue
            return row

    def get(self, job_id: str) -> JobRow:
        """The job; raises UnknownJob."""
        with self._database.reading() as session:
            row = session.get(JobRow, job_id)
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
        with self._database.reading() as session:
            return list(session.scalars(query))

    def unfinished(self) -> dict[str, str]:
        """The ids of jobs that wait or run, with their kinds; the oldest first."""
        with self._database.reading() as session:
            query = select(JobRow.id, JobRow.kind).where(JobRow.state.in_(UNFINISHED)).order_by(JobRow.id)
            return {row.id: row.kind for row in session.execute(query)}

    def moving(self, since: datetime) -> list[JobRow]:
        """Jobs that are unfinished, and those that changed after `since`."""
        with self._database.reading() as session:
            query = select(JobRow).where(or_(JobRow.state.in_(UNFINISHED), JobRow.updated_at > since))
            return list(session.scalars(query.order_by(JobRow.id)))

    def begin(self, job_id: str) -> JobRow | None:
        """Mark a waiting job as running; None where it does not wait (any more)."""
        with self._database.writing() as session:
            row = session.get(JobRow, job_id, with_for_update=True)
            if row is None or row.state != WAITING:
                return None
            row.state, row.updated_at = RUNNING, now()
            row.started_at = row.started_at or row.updated_at
            return row

    def progress(self, job_id: str, done: int, total: int, message: str) -> None:
        self._change(job_id, done=done, total=total, message=message)

    def end(
        self,
        job_id: str,
        state: str,
        *,
        result: dict[str, Any] | None = None,
        error: TenfoldError | None = None,
    ) -> None:
        """The job's end: done, failed or cancelled."""
        problem = None if error is None else error.facts()
        self._change(job_id, state=state, result=result, problem=problem, key=None, ended_at=now())

    def interrupt(self, job_id: str | None = None) -> None:
        """A running job (None: all of them) waits again: whoever worked on it does so no longer.

        One that was to be cancelled has ended with that.
        """
        moment = now()
        running = update(JobRow).where(JobRow.state == RUNNING)
        if job_id is not None:
            running = running.where(JobRow.id == job_id)
        ended = {"state": CANCELLED, "key": None, "ended_at": moment, "updated_at": moment}
        with self._database.writing() as session:
            session.execute(running.where(JobRow.cancel).values(ended))
            session.execute(running.values(state=WAITING, updated_at=moment))

    def cancel(self, job_id: str) -> JobRow:
        """Cancel a job that waits, ask a running one to stop, and leave one that has ended."""
        self.get(job_id)
        with self._database.writing() as session:
            row = session.get(JobRow, job_id, with_for_update=True)
            if row is not None and row.state == WAITING:
                row.state, row.key, row.cancel = CANCELLED, None, True
                row.ended_at = row.updated_at = now()
            elif row is not None and row.state == RUNNING:
                row.cancel, row.updated_at = True, now()
        return self.get(job_id)

    def cancel_asked(self, job_id: str) -> bool:
        with self._database.reading() as session:
            return bool(session.scalar(select(JobRow.cancel).where(JobRow.id == job_id)))

    def forget_old(self) -> None:
        """Delete jobs that ended long ago."""
        query = delete(JobRow).where(JobRow.state.in_(ENDED), JobRow.updated_at < now() - _KEPT)
        with self._database.writing() as session:
            session.execute(query)

    def _with_key(self, key: str) -> JobRow | None:
        with self._database.reading() as session:
            return session.scalar(select(JobRow).where(JobRow.key == key))

    def _change(self, job_id: str, **values: Any) -> None:
        with self._database.writing() as session:
            session.execute(update(JobRow).where(JobRow.id == job_id).values(updated_at=now(), **values))


def _new_id() -> str:
    return f"{time.time_ns():016x}{secrets.token_hex(6)}"
