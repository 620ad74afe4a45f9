"""Leases: which worker runs which job. A worker renews its lease while it lives; past that, others take over.

Each claim of a job has a new attempt number; what a worker writes under an old number is refused. Knows
nothing of handlers and threads.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select, update
from sqlalchemy.orm import Session

from tenfold.database import Database, now
from tenfold.errors import JobError, TenfoldError
from tenfold.jobs.process import has_ended, new_worker
from tenfold.jobs.tables import CANCELLED, FAILED, RUNNING, WAITING, JobRow, StepRow, WorkerRow

# How long a worker counts as alive after it last renewed its lease.
LEASE_SECONDS = 30.0
# A job whose worker dies this often in a row fails.
MOST_LOST = 5
# After this time an attempt does not count as one that kills its process at the start.
_PROVEN_SECONDS = 600.0


@dataclass(eq=False)
class Attempt:
    """One job as it was claimed by one worker; lost: the job was taken from this worker."""

    row: JobRow
    number: int
    began: float
    lost: bool = False


class Leases:
    """The jobs of one database as one worker sees them.

    Args:
        serving: this worker belongs to a server, which has priority over commands.
        handling_cancel: kinds whose handlers run again to end a cancelled job.
    """

    def __init__(self, database: Database, *, serving: bool, handling_cancel: Collection[str] = ()) -> None:
        self.worker, self._serving = new_worker(), serving
        self._cancelled = and_(JobRow.cancel, JobRow.kind.not_in(handling_cancel))
        self._database = database
        self._sure_until = 0.0

    @property
    def sure(self) -> bool:
        """Whether no other worker can have taken this worker's jobs: its lease has not expired."""
        return time.monotonic() < self._sure_until

    def renew(self, running: Collection[Attempt]) -> None:
        """Extend the lease, and mark the running attempts that are lost.

        A job of this worker that is no longer running, because its end could not be written, waits again.
        """
        began = time.monotonic()
        with self._database.writing() as session:
            self._extend(session)
            mine = JobRow.worker == self.worker, JobRow.state == RUNNING
            held = {
                row.id: row.attempt for row in session.execute(select(JobRow.id, JobRow.attempt).where(*mine))
            }
            here = {one.row.id: one.number for one in running}
            stray = [job for job, number in held.items() if here.get(job) != number]
            if stray:
                self._put_back(session, and_(JobRow.id.in_(stray), *mine))
            proven = [one.row.id for one in running if one.row.lost and began - one.began >= _PROVEN_SECONDS]
            if proven:
                session.execute(update(JobRow).where(JobRow.id.in_(proven), *mine).values(lost=0))
        for one in running:
            one.lost = held.get(one.row.id) != one.number
        self._sure_until = began + LEASE_SECONDS

    def take_from_the_dead(self) -> bool:
        """Have the jobs of workers that died wait again.

        A job whose worker died too often fails; one that was to be cancelled is cancelled.

        Returns:
            whether another server's worker lives.
        """
        late = WorkerRow.lease_until < self._now()
        orphan = (
            JobRow.state == RUNNING,
            or_(JobRow.worker.is_(None), ~exists().where(WorkerRow.id == JobRow.worker)),
        )
        with self._database.reading() as session:
            others = session.execute(
                select(WorkerRow.id, WorkerRow.serving, late.label("late")).where(WorkerRow.id != self.worker)
            ).all()
            orphans = session.scalar(select(JobRow.id).where(*orphan).limit(1)) is not None
        ended = [other.id for other in others if has_ended(other.id)]
        gone = {*ended, *(other.id for other in others if other.late)}
        if gone or orphans:
            with self._database.writing() as session:
                session.execute(
                    delete(WorkerRow).where(WorkerRow.id.in_(gone), or_(WorkerRow.id.in_(ended), late))
                )
                _give_up(session, and_(*orphan, not_(self._cancelled)))
                self._put_back(session, and_(*orphan), lost=JobRow.lost + 1)
        return any(other.serving for other in others if other.id not in gone)

    def waiting(self) -> set[str]:
        """The kinds of the jobs that wait."""
        return set(self._database.scalars(select(JobRow.kind).where(JobRow.state == WAITING).distinct()))

    def claim(self, kinds: Sequence[str]) -> Attempt | None:
        """Claim the oldest waiting job of some kinds for this worker; None where there is none."""
        oldest = (
            select(JobRow.id)
            .where(JobRow.state == WAITING, JobRow.kind.in_(kinds))
            .order_by(JobRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        moment, began = now(), time.monotonic()
        claimed = (
            update(JobRow)
            .where(JobRow.id == oldest.scalar_subquery())
            .values(
                state=RUNNING,
                worker=self.worker,
                attempt=JobRow.attempt + 1,
                started_at=func.coalesce(JobRow.started_at, moment),
                updated_at=moment,
            )
            .returning(JobRow)
        )
        with self._database.writing() as session:
            self._extend(session)
            row = session.scalars(claimed).one_or_none()
        self._sure_until = began + LEASE_SECONDS
        return None if row is None else Attempt(row, row.attempt, began)

    def cancel_asked(self, one: Attempt) -> bool:
        return bool(self._database.scalar(select(JobRow.cancel).where(JobRow.id == one.row.id)))

    def progress(
        self, one: Attempt, done: int, total: int, step: str, figures: dict[str, Any] | None = None
    ) -> None:
        with self._database.writing() as session:
            self._change(session, one, done=done, total=total, step=step, figures=figures)

    def step(self, one: Attempt, name: str) -> StepRow | None:
        """A step that an earlier attempt finished; None where none has."""
        return self._database.get(StepRow, (one.row.id, name))

    def keep_step(self, one: Attempt, name: str, value: Any) -> None:
        """Store what a finished step returned."""
        with self._database.writing() as session:
            if self._change(session, one):
                session.add(StepRow(job_id=one.row.id, name=name, value=value))

    def end(
        self,
        one: Attempt,
        state: str,
        *,
        result: dict[str, Any] | None = None,
        error: TenfoldError | None = None,
    ) -> None:
        """Write that the job has ended: done, failed or cancelled."""
        problem = None if error is None else error.facts()
        with self._database.writing() as session:
            ended = {"state": state, "result": result, "problem": problem, "key": None, "ended_at": now()}
            if self._change(session, one, worker=None, **ended):
                session.execute(delete(StepRow).where(StepRow.job_id == one.row.id))

    def put_back(self, one: Attempt) -> None:
        """Have the job wait again."""
        with self._database.writing() as session:
            one.lost = not self._put_back(session, self._held(one), lost=0)

    def leave(self) -> None:
        """Remove this worker, which runs nothing any more."""
        self._database.execute(delete(WorkerRow).where(WorkerRow.id == self.worker))

    def _extend(self, session: Session) -> None:
        until = {"lease_until": self._now() + timedelta(seconds=LEASE_SECONDS)}
        statement = self._database.insert(WorkerRow).values(id=self.worker, serving=self._serving, **until)
        session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=until))

    def _change(self, session: Session, one: Attempt, **values: Any) -> bool:
        """Change the job where this attempt still holds it; whether it does."""
        statement = update(JobRow).where(self._held(one)).values(updated_at=now(), **values)
        one.lost = session.execute(statement.returning(JobRow.id)).first() is None
        return not one.lost

    def _held(self, one: Attempt) -> ColumnElement[bool]:
        return and_(
            JobRow.id == one.row.id,
            JobRow.worker == self.worker,
            JobRow.attempt == one.number,
            JobRow.state == RUNNING,
        )

    def _put_back(self, session: Session, which: ColumnElement[bool], **values: Any) -> bool:
        """Have running jobs wait again, and end those that were to be cancelled; whether there were any."""
        free = {"worker": None, "updated_at": (moment := now())}
        ended = free | {"state": CANCELLED, "key": None, "ended_at": moment}
        running = update(JobRow).returning(JobRow.id).where(which)
        cancelled = session.scalars(running.where(self._cancelled).values(ended)).all()
        waiting = session.scalars(running.values(free | {"state": WAITING, **values})).all()
        return bool(cancelled or waiting)

    def _now(self) -> Any:
        """This moment by one clock for all workers: that of PostgreSQL, or of SQLite's one machine."""
        return now() if self._database.sqlite else func.now()


def _give_up(session: Session, which: ColumnElement[bool]) -> None:
    """Fail the jobs whose worker died too often."""
    query = select(JobRow.id, JobRow.title).where(which, JobRow.lost + 1 >= MOST_LOST)
    for job in session.execute(query.with_for_update()).all():
        error = JobError(
            f"'{job.title}'",
            "was given up: the process that ran it died each time",
            received=f"{MOST_LOST} times",
            cure="Memory may have run out, or a file crashes it: see the system's log. Then start it again.",
            reason="job-lost",
        )
        moment = now()
        ended = {"state": FAILED, "problem": error.facts(), "key": None, "worker": None, "ended_at": moment}
        session.execute(update(JobRow).where(JobRow.id == job.id).values(updated_at=moment, **ended))
