"""Runs the jobs of one database in threads of this process. Knows no kind of work.

Any number of workers share a database: each claims waiting jobs, as many at once as a queue has places.
"""

import logging
import threading
import time
from collections.abc import Mapping

from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from tenfold import os_errors
from tenfold.database import Database, passing, trouble
from tenfold.errors import JobError, TenfoldError
from tenfold.jobs.leases import Attempt, Leases
from tenfold.jobs.records import Records
from tenfold.jobs.tables import CANCELLED, DONE, FAILED, JobRow
from tenfold.jobs.types import QUEUES, AnyHandler, AnyType
from tenfold.jobs.work import Stopped, Work

log = logging.getLogger(__name__)

# What other processes did is seen within this time.
_POLL_SECONDS = 1.0
_RENEWAL_SECONDS = 5.0
SECONDS_TO_STOP = 10.0
_CLEANING_SECONDS = 3600.0


class Worker:
    """Claims jobs of the kinds that it has handlers for, and runs them; a service.

    Args:
        serving: this worker belongs to a server; a command's worker claims nothing while one lives.

    Attributes:
        id: identifies this worker to all processes.
        fault: the last error of the database; None: there was none.
        lasting: that error persists until somebody acts: the disk is full, say.
        standing_by: a server's worker lives, so this one claims nothing.
    """

    name = "jobs"

    def __init__(
        self,
        database: Database,
        handlers: Mapping[AnyType, AnyHandler],
        *,
        serving: bool,
    ) -> None:
        self._database, self._serving = database, serving
        self._handlers, self._types = handlers, {job_type.kind: job_type for job_type in handlers}
        handling_cancel = [job_type.kind for job_type in handlers if job_type.handles_cancel]
        self._leases = Leases(database, serving=serving, handling_cancel=handling_cancel)
        self.id = self._leases.worker
        self._records = Records(database)
        self._wake = threading.Event()
        self._running: set[Attempt] = set()
        self._returned = threading.Condition()
        self._renewed_at = self._cleaned_at = float("-inf")
        self.fault: TenfoldError | None = None
        self.lasting = False
        self.standing_by = False

    def wake(self) -> None:
        """Poll at once: a job was submitted, or `run` is to end."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Run jobs until `stop` is set; then the running jobs have ten seconds to stop.

        A job that has not stopped by then keeps running, at most until the process ends; no other worker
        claims it meanwhile.

        Raises:
            SQLAlchemyError: the database does not answer, or cannot be written. Running jobs continue; call
                this again after a pause.
        """
        while not stop.is_set():
            self._wake.clear()
            try:
                self.poll(stop)
            except SQLAlchemyError as reason:
                self._suffered(reason)
                raise
            self.lasting = False
            self._wake.wait(0 if stop.is_set() else _POLL_SECONDS)
        self._end()

    def poll(self, stop: threading.Event) -> None:
        """Renew the lease, requeue jobs of workers that died, and claim jobs; `stop`: they are to stop."""
        if time.monotonic() - self._renewed_at >= _RENEWAL_SECONDS:
            self._renew()
        self.standing_by = self._leases.take_from_the_dead() and not self._serving
        if not self.standing_by:
            # Other kinds wait for a worker of another version, which knows them.
            waiting = self._leases.waiting() & self._types.keys()
            for queue, places in QUEUES.items():
                self._fill(queue, places, waiting, stop)
        if time.monotonic() - self._cleaned_at >= _CLEANING_SECONDS:
            self._records.forget_old()
            self._cleaned_at = time.monotonic()

    def _fill(self, queue: str, places: int, waiting: set[str], stop: threading.Event) -> None:
        while kinds := self._with_a_place(queue, places, waiting):
            one = self._leases.claim(kinds)
            if one is None:
                return
            with self._returned:
                self._running.add(one)
            name = f"tenfold-{one.row.kind}"
            threading.Thread(target=self._run, args=(one, stop), name=name, daemon=True).start()

    def _with_a_place(self, queue: str, places: int, waiting: set[str]) -> list[str]:
        """The waiting kinds of a queue of which this process may start another job now."""
        of_queue = {kind for kind, job_type in self._types.items() if job_type.queue == queue}
        running = [one.row.kind for one in self._now_running() if one.row.kind in of_queue]
        if len(running) >= places:
            return []
        alone = {job_type.kind for job_type in self._handlers if job_type.alone}
        return list((waiting & of_queue) - alone.intersection(running))

    def _now_running(self) -> list[Attempt]:
        with self._returned:
            return list(self._running)

    def _renew(self) -> None:
        self._leases.renew(self._now_running())
        self._renewed_at = time.monotonic()

    def _end(self) -> None:
        with self._returned:
            ended = self._returned.wait_for(lambda: not self._running, SECONDS_TO_STOP)
        try:
            if ended:
                self._renew()  # a job whose end could not be written waits again
                self._leases.leave()
        except SQLAlchemyError as reason:
            self._suffered(reason)
        if not ended:
            threading.Thread(target=self._hold, name="tenfold-jobs-hold", daemon=True).start()

    def _hold(self) -> None:
        """Renew the lease of jobs that do not stop, so that no other worker claims them."""
        while self._now_running():
            try:
                self._renew()
            except SQLAlchemyError as reason:
                self._suffered(reason)
            time.sleep(_RENEWAL_SECONDS)

    def _run(self, one: Attempt, stop: threading.Event) -> None:
        """One job, in a thread of its own."""
        try:
            self._do(one, stop)
        except SQLAlchemyError as reason:
            self._suffered(reason)
            if not self.lasting:  # `Jobs.wait` raises a lasting one
                log.warning("Job %s waits for the database: %s", one.row.id, self.fault)
        except Exception:
            log.exception("The end of job %s could not be written", one.row.id)
        else:
            self.lasting = False  # the database took how it ended
        finally:
            with self._returned:
                self._running.discard(one)
                self._returned.notify_all()
            self._renewed_at = float("-inf") if self.fault else self._renewed_at
            self._wake.set()

    def _do(self, one: Attempt, stop: threading.Event) -> None:
        row = one.row
        job_type = self._types[row.kind]
        try:
            params = job_type.params_of(row)
        except ValueError as reason:
            log.warning("Job %s (%s) has parameters of another version: %s", row.id, row.kind, reason)
            words = "was submitted by another version of tenfold"
            self._leases.end(
                one,
                FAILED,
                error=JobError(f"'{row.title}'", words, received=row.kind, reason="other-version"),
            )
            return
        work = Work(one, params, self._leases, stop)
        result, error = self._outcome(row, job_type, work)
        work.write_progress()
        if (work.cut_short and not work.cancelled) or (error is not None and work.interrupted):
            self._leases.put_back(one)
            return
        state = CANCELLED if work.cut_short else FAILED if error else DONE
        returned = None if result is None else result.model_dump(mode="json")
        self._leases.end(one, state, result=returned, error=error if state == FAILED else None)

    def _outcome(
        self, row: JobRow, job_type: AnyType, work: Work[BaseModel]
    ) -> tuple[BaseModel | None, TenfoldError | None]:
        """What a handler returned, or why it failed."""
        try:
            return self._handlers[job_type](work), None
        except Stopped:
            return None, None if work.cut_short else _fault(row, "it stopped without being asked to")
        except TenfoldError as reason:
            return None, reason
        except OSError as reason:
            log.warning("Job %s (%s) failed: %s", row.id, row.kind, reason)
            return None, refused(row.title, reason)
        except SQLAlchemyError as reason:
            if passing(reason):
                raise
            if error := trouble(reason, self._database):
                return None, error
            log.exception("Job %s (%s) failed", row.id, row.kind)
        except Exception:
            log.exception("Job %s (%s) failed", row.id, row.kind)
        return None, _fault(row, "a fault in tenfold; its log says which")

    def _suffered(self, reason: SQLAlchemyError) -> None:
        """Note what is wrong with the database."""
        fault: TenfoldError | None = trouble(reason, self._database)
        if fault is None:
            log.error("The worker failed", exc_info=reason)
            fault = JobError(
                "The jobs",
                "cannot be run",
                received="a fault in tenfold; see its log",
                reason="internal-fault",
            )
        self.fault, self.lasting = fault, not passing(reason)


def _fault(row: JobRow, received: str) -> JobError:
    return JobError(f"'{row.title}'", "ended before it was done", received=received, reason="internal-fault")


def refused(title: str, reason: OSError) -> JobError:
    """The error of a job to which the system refused something; `title`: named where it names no file."""
    said = os_errors.in_words(reason)
    subject = f"'{title}': {said.file or 'something that it needs'}"
    return os_errors.refused(JobError, subject, reason, cure=f"{said.cure}; then start it again.")
