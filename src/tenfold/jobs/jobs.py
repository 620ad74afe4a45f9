"""Jobs: asked for by any process, run by any worker of the database, gone on with after whatever ended it.

A job is a row; asking for one writes the row and nothing else. Knows no kind of work.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tenfold.database import Database, passing
from tenfold.jobs.records import Records
from tenfold.jobs.tables import ENDED, JobRow
from tenfold.jobs.types import AnyHandler, AnyType, JobType, P, R
from tenfold.jobs.worker import Worker

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_AFTER_A_FAULT = 2.0
# A database that does not answer ends no waiting before this time.
_SECONDS_OF_PATIENCE = 60.0


class Jobs:
    """The jobs of one database.

    Args:
        handlers: what does the work of each type of job; may be filled until a worker starts.
    """

    def __init__(self, database: Database, handlers: Mapping[AnyType, AnyHandler]) -> None:
        self.records = Records(database)
        self._database, self._handlers = database, handlers
        self._listeners: list[Callable[[], None]] = []
        self._version = 0
        self._moved = threading.Condition()
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    def worker(self, *, serving: bool) -> Worker:
        """A worker for these jobs, to be run by whoever asks for it; the last one is woken by `submit`."""
        self._worker = Worker(self._database, self._handlers, self._changed, serving=serving)
        return self._worker

    @property
    def me(self) -> str:
        """The name of this process's worker."""
        assert self._worker is not None, "no worker was made"
        return self._worker.name

    def workers(self) -> set[str]:
        """The names of the workers that live, in any process."""
        return self.records.workers()

    def start(self, *, serving: bool = False) -> bool:
        """Run jobs from now on, in threads of this process.

        Args:
            serving: this process is a server. A command stands by while a server runs jobs.

        Returns:
            False where a server runs them; this process takes over when that ends.
        """
        assert self._thread is None, "started twice"
        self._ending.clear()
        worker = self.worker(serving=serving)
        worker.look(self._ending)
        self._thread = threading.Thread(
            target=self._keep_running, args=(worker,), name="tenfold-jobs", daemon=True
        )
        self._thread.start()
        return not worker.standing_by

    def submit(
        self, job_type: JobType[P, R], params: P, *, title: str, by: int, key: str | None = None
    ) -> JobRow:
        """Ask for work; any worker may begin it.

        Args:
            title: what it is, for people.
            by: who asks; 0 is the house.
            key: where an unfinished job has the same one, that job is the answer.
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
        """Ask for work that belongs to a row of its own; None where an unfinished job has the same key.

        Args:
            make: gets the session and the job's id and returns what is asked for. What it adds is kept
                together with the job, or not at all.
        """
        row, new = self._added(job_type, make, title, by, key)
        return row if new else None

    def get(self, job_id: str) -> JobRow:
        """The job as it is now; raises UnknownJob."""
        return self.records.get(job_id)

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
        """Cancel a job: at once where it waits, else as soon as its handler looks; an ended one stays so."""
        row = self.records.cancel(job_id)
        self._changed()
        return row

    def wait(self, job_id: str, timeout: float | None = None) -> JobRow:
        """The job when it has ended; or as it is after `timeout` seconds.

        Raises:
            TenfoldError: the worker of this process cannot write to the database, and that will not pass.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            before = self._version
            row = self._get_patiently(job_id)
            left = _SECONDS_BETWEEN_LOOKS if until is None else until - time.monotonic()
            if row.state in ENDED or left <= 0:
                return row
            if self._worker is not None and self._worker.lasting and self._worker.fault is not None:
                raise self._worker.fault
            self._await_change(before, min(left, _SECONDS_BETWEEN_LOOKS))

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` called, from any thread, when a job changed in this process.

        Returns:
            ends that.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def close(self) -> None:
        """Tell what runs to stop, and end. What was not done goes on at the next start."""
        self._ending.set()
        if self._thread is not None and self._worker is not None:
            self._worker.wake()
            self._thread.join()
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
        self._changed()
        if self._worker is not None:
            self._worker.wake()
        return row, new

    def _keep_running(self, worker: Worker) -> None:
        while True:
            try:
                worker.run(self._ending)
                return
            except SQLAlchemyError:
                log.warning("The jobs wait for the database: %s", worker.fault)
            self._ending.wait(_SECONDS_AFTER_A_FAULT)

    def _get_patiently(self, job_id: str) -> JobRow:
        """As `get`, for whoever waits anyway: a database that went away may come back."""
        until = time.monotonic() + _SECONDS_OF_PATIENCE
        while True:
            try:
                return self.get(job_id)
            except SQLAlchemyError as reason:
                if not passing(reason) or time.monotonic() >= until:
                    raise
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _await_change(self, before: int, seconds: float) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._version != before, seconds)

    def _changed(self) -> None:
        with self._moved:
            self._version += 1
            self._moved.notify_all()
        for listener in list(self._listeners):
            listener()
