"""Jobs: submitted by any process, run by any worker of the database, run again after an interruption.

A job is a row; submitting one writes the row and nothing else. Knows no kind of work.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tenfold.database import Database, passing
from tenfold.errors import UnknownJob
from tenfold.jobs.records import Records
from tenfold.jobs.tables import CANCELLED, ENDED, JobRow
from tenfold.jobs.types import AnyHandler, AnyType, JobType, P, R
from tenfold.jobs.worker import SECONDS_TO_STOP, Worker

log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
_SECONDS_AFTER_A_FAULT = 2.0
# `wait` raises only when the database has not answered for this long.
_SECONDS_WITHOUT_DATABASE = 60.0


class Jobs:
    """The jobs of one database. handlers: what does the work of each type of job."""

    def __init__(self, database: Database, handlers: Mapping[AnyType, AnyHandler]) -> None:
        self.records = Records(database)
        self._database, self._handlers = database, handlers
        self._version = 0
        self._moved = threading.Condition()
        database.after_commit(self._committed)
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    def worker(self, *, serving: bool) -> Worker:
        """A new worker for these jobs, run by the caller; `submit` wakes the last one that was made."""
        self._worker = Worker(self._database, self._handlers, serving=serving)
        return self._worker

    @property
    def me(self) -> str:
        """The id of this process's worker."""
        assert self._worker is not None, "no worker was made"
        return self._worker.id

    def workers(self) -> set[str]:
        """The ids of the living workers of all processes."""
        return self.records.workers()

    def start(self, *, serving: bool = False) -> bool:
        """Run jobs in threads of this process until `close`.

        Args:
            serving: this process is a server. A command stands by while a server runs jobs.

        Returns:
            False where a server runs them; this process takes over when the server ends.
        """
        assert self._thread is None, "started twice"
        self._ending.clear()
        worker = self.worker(serving=serving)
        worker.poll(self._ending)
        thread = threading.Thread(target=self._keep_running, args=(worker,), name="tenfold-jobs", daemon=True)
        thread.start()
        self._thread = thread
        return not worker.standing_by

    def submit(
        self, job_type: JobType[P, R], params: P, *, title: str, by: int, key: str | None = None
    ) -> JobRow:
        """Add a job to its queue, for any worker.

        Args:
            title: what the job is, for people.
            by: the person who submits it; 0 is the server itself.
            key: where an unfinished job has the same key, that job is returned.
        """
        row, _ = self._added(job_type, lambda session, job_id: params, title, by, key)
        return row

    def submit_new(
        self,
        job_type: JobType[P, R],
        make: Callable[[Session, str], P],
        *,
        title: str,
        by: int,
        key: str,
    ) -> JobRow | None:
        """Add a job together with rows of its own; None where an unfinished job has the same key.

        Args:
            make: gets the session and the job's id and returns the parameters. What it adds to the session
                is committed together with the job, or not at all.
        """
        row, new = self._added(job_type, make, title, by, key)
        return row if new else None

    def get(self, job_id: str) -> JobRow:
        """The job as it is now; raises UnknownJob."""
        return self.records.get(job_id)

    def outcome(self, job_id: str | None) -> tuple[str, dict[str, Any] | None] | None:
        """The state and the problem of a job that has ended, else None; cancelled where it was deleted."""
        with suppress(UnknownJob):
            job = self.get(job_id or "")
            return (job.state, job.problem) if job.state in ENDED else None
        return CANCELLED, None

    def list(
        self,
        limit: int = 50,
        before: str | None = None,
        kinds: Sequence[str] = (),
        states: Sequence[str] = (),
    ) -> list[JobRow]:
        """Jobs, the newest first; `before`: only those older than the job of that id."""
        return self.records.page(limit, before, kinds, states)

    def cancel(self, job_id: str) -> JobRow:
        """Cancel a job: at once where it waits, else when its handler checks; an ended job stays as it is."""
        handling_cancel = [job_type.kind for job_type in self._handlers if job_type.handles_cancel]
        return self.records.cancel(job_id, handling_cancel=handling_cancel)

    def wait(self, job_id: str, timeout: float | None = None) -> JobRow:
        """The job when it has ended; or as it is after `timeout` seconds.

        Raises:
            TenfoldError: the worker of this process cannot write to the database, and waiting will not help.
        """
        until = None if timeout is None else time.monotonic() + timeout
        answered_at = time.monotonic()
        while True:
            before = self._version
            left = _POLL_SECONDS if until is None else until - time.monotonic()
            try:
                row = self.get(job_id)
            except SQLAlchemyError as reason:
                if not passing(reason) or time.monotonic() - answered_at >= _SECONDS_WITHOUT_DATABASE:
                    raise
            else:
                answered_at = time.monotonic()
                if row.state in ENDED or left <= 0:
                    return row
            if self._worker is not None and self._worker.lasting and self._worker.fault is not None:
                raise self._worker.fault
            with self._moved:
                if self._version == before:
                    self._moved.wait(min(max(left, 0.1), _POLL_SECONDS))

    def close(self) -> None:
        """Stop the worker that `start` started. Unfinished jobs wait for the next worker.

        A worker that waits for a silent database is left alone after twice the time that its jobs have.
        """
        self._ending.set()
        if self._thread is not None and self._worker is not None:
            self._worker.wake()
            self._thread.join(2 * SECONDS_TO_STOP)
            self._thread = None

    def _added(
        self,
        job_type: JobType[P, R],
        make: Callable[[Session, str], P],
        title: str,
        by: int,
        key: str | None,
    ) -> tuple[JobRow, bool]:
        row, new = self.records.add(
            job_type.kind,
            lambda session, job_id: make(session, job_id).model_dump(mode="json"),
            title=title,
            by=by,
            key=key,
        )
        if self._worker is not None:
            self._worker.wake()
        return row, new

    def _keep_running(self, worker: Worker) -> None:
        while True:
            try:
                worker.run(self._ending)
                return
            except SQLAlchemyError:
                if not worker.lasting:  # `wait` raises a lasting one
                    log.warning("The worker waits for the database: %s", worker.fault)
            self._ending.wait(_SECONDS_AFTER_A_FAULT)

    def _committed(self) -> None:
        """Have `wait` check again: what was written may be a job's state."""
        with self._moved:
            self._version += 1
            self._moved.notify_all()
