"""Jobs: asked for by any process, done by one of them, gone on with after whatever ended it.

A job is a row; asking for one writes the row and nothing else. The process that holds the database's lock
does the work: a thread of it hands waiting rows to DBOS, which is started when there is a first one and
stopped when there has been none for a while. Knows no kind of work but the lanes that they wait in.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tenfold.database import Database
from tenfold.errors import JobError, TenfoldError
from tenfold.jobs.durable import Durable, Interrupted
from tenfold.jobs.lock import WorkerLock
from tenfold.jobs.records import Records
from tenfold.jobs.tables import CANCELLED, DONE, ENDED, FAILED, JobRow
from tenfold.jobs.work import Handler, Remember, Stopped, Work

log = logging.getLogger(__name__)

# What waits in a lane of its own, so that it does not keep others waiting.
_LANES = {"train": "tenfold-training", "improve": "tenfold-training", "watch": "tenfold-watching"}
_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_AFTER_A_FAULT = 5.0
_SECONDS_TO_STOP = 10.0
_SECONDS_BETWEEN_CLEANINGS = 3600.0


class Jobs:
    """The jobs of one database.

    Args:
        handlers: kind -> what does the work. May be filled until `start`. A handler is idempotent: after an
            interruption it is called again, with the steps that it has finished remembered.
        idle_seconds: how long the job library stays started without work.
    """

    def __init__(
        self, database: Database, handlers: Mapping[str, Handler], *, idle_seconds: float = 20.0
    ) -> None:
        self.records = Records(database)
        self._handlers = handlers
        self._lock = WorkerLock(database)
        self._durable = Durable(database, self._run)
        self._idle_seconds = idle_seconds
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._ending = threading.Event()
        # Told to what runs; a new one for each start of the job library.
        self._closing = threading.Event()
        self._running: set[str] = set()
        self._returned = threading.Condition()
        self._handed: set[str] = set()
        self._restart = False
        self._busy_at = self._cleaned_at = 0.0

    def start(self) -> bool:
        """Do the work from now on, in threads of this process, and go on with what was interrupted.

        Returns False where another process does it; this one takes over when that ends.
        """
        assert self._thread is None, "started twice"
        self._ending.clear()
        first = self._take_lock()
        self._thread = threading.Thread(target=self._loop, name="tenfold-jobs", daemon=True)
        self._thread.start()
        return first

    def submit(
        self, kind: str, params: dict[str, Any], *, title: str, by: int, key: str | None = None
    ) -> JobRow:
        """Ask for work; whichever process does the work will begin it.

        Args:
            params: for the handler; what JSON can hold.
            title: what it is, for people.
            by: who asks; 0 is the house.
            key: where an unfinished job has the same one, that job is the answer.
        """
        row = self.records.add(kind, params, title=title, by=by, key=key)
        self._wake.set()
        return row

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
        return self.records.cancel(job_id)

    def wait(self, job_id: str, timeout: float | None = None) -> JobRow:
        """The job when it has ended; or as it is after `timeout` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            row = self.get(job_id)
            if row.state in ENDED or (until is not None and time.monotonic() >= until):
                return row
            time.sleep(0.05)

    def close(self) -> None:
        """Tell what runs to stop, and end. What was not done goes on at the next start."""
        self._ending.set()
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        while not self._ending.is_set():
            try:
                self._look()
                pause = _SECONDS_BETWEEN_LOOKS
            except SQLAlchemyError as reason:
                log.warning("The jobs wait for the database: %s", reason)
                pause = _SECONDS_AFTER_A_FAULT
            except Exception:
                log.exception("The jobs could not be looked after")
                pause = _SECONDS_AFTER_A_FAULT
            self._wake.wait(pause)
            self._wake.clear()
        self._stop()
        # Who does not stop still works: nobody else may begin the same before this process has ended.
        if not self._running:
            self._lock.release()

    def _look(self) -> None:
        """Hand over what waits, and start or stop the job library as the work wants it."""
        if self._restart or (self._durable.launched and not self._lock.held):
            self._stop()
        if not self._take_lock():
            return
        waiting = self.records.unfinished()
        if waiting and not self._durable.launched and not self._launch():
            return
        for job_id, kind in waiting.items():
            if job_id not in self._handed:
                self._durable.enqueue(job_id, _LANES.get(kind, "tenfold-work"))
                self._handed.add(job_id)
        moment = time.monotonic()
        if waiting or self._running:
            self._busy_at = moment
        if self._durable.launched and moment - self._busy_at >= self._idle_seconds:
            self._clean()
            self._stop()
        elif self._durable.launched and moment - self._cleaned_at >= _SECONDS_BETWEEN_CLEANINGS:
            self._clean()

    def _take_lock(self) -> bool:
        had = self._lock.held
        if had or not self._lock.take():
            return had
        # Whoever ran them has died, or has lost the lock and stops.
        self.records.interrupt()
        return True

    def _launch(self) -> bool:
        self._closing = threading.Event()
        self._handed.clear()
        if not self._durable.launch():
            return False
        self._busy_at = time.monotonic()
        if self._ending.is_set():
            self._closing.set()
        return True

    def _stop(self) -> None:
        """Stop the job library, with some time for what runs to return."""
        self._restart = False
        self._closing.set()
        with self._returned:
            self._returned.wait_for(lambda: not self._running, _SECONDS_TO_STOP)
        self._durable.close()

    def _clean(self) -> None:
        self.records.forget_old()
        self._durable.forget(keep=self.records.unfinished())
        self._cleaned_at = time.monotonic()

    def _run(self, job_id: str, remember: Remember) -> None:
        """One job, in a thread of its own."""
        with self._returned:
            if self._closing.is_set():
                raise Interrupted
            self._running.add(job_id)
        try:
            row = self.records.begin(job_id)
            if row is not None:
                self._do(row, Work(row, self.records, self._closing, remember))
        except DBAPIError as reason:
            log.warning("Job %s waits for the database: %s", job_id, reason)
            self._restart = True
            raise Interrupted from None
        finally:
            with self._returned:
                self._running.discard(job_id)
                self._returned.notify_all()

    def _do(self, row: JobRow, work: Work) -> None:
        result: dict[str, Any] | None = None
        error: TenfoldError | None = None
        try:
            result = self._handler(row)(work)
        except Stopped:
            if not work.cut_short:
                error = _fault(row, "it stopped without being told to")
        except TenfoldError as reason:
            error = reason
        except OSError as reason:
            log.warning("Job %s (%s) failed: %s", row.id, row.kind, reason)
            error = JobError(
                f"'{row.title}'",
                "could not read or write what it needs",
                received=reason.strerror or "",
                cure="See that the disk is there, has room and may be written to; then begin it again.",
            )
        except Exception as reason:
            if isinstance(reason, DBAPIError) and _passing(reason):
                raise
            log.exception("Job %s (%s) failed", row.id, row.kind)
            error = _fault(row, "a fault in tenfold; its log says which")
        self._finish(row, work, result, error)

    def _finish(
        self, row: JobRow, work: Work, result: dict[str, Any] | None, error: TenfoldError | None
    ) -> None:
        work.write_progress()
        if (work.cut_short and not work.cancelled) or (error is not None and work.interrupted):
            self.records.interrupt(row.id)
            raise Interrupted
        state = CANCELLED if work.cut_short else FAILED if error else DONE
        self.records.end(row.id, state, result=result, error=error if state == FAILED else None)

    def _handler(self, row: JobRow) -> Handler:
        if row.kind not in self._handlers:
            raise JobError(
                f"'{row.title}'",
                "is work of a kind that this version of tenfold does not know",
                received=row.kind,
                cure="Let the version that began it finish it.",
            )
        return self._handlers[row.kind]


def _fault(row: JobRow, received: str) -> JobError:
    return JobError(f"'{row.title}'", "ended before it was done", received=received)


def _passing(error: DBAPIError) -> bool:
    """Whether the database will do it when asked later: it went away, or was busy."""
    return error.connection_invalidated or "locked" in str(error.orig)
