"""Runs the jobs of one database in threads of this process. Knows no kind of work.

Any number of workers share a database: each claims what waits, as many of a queue at once as it has places.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tenfold.database import Database, now, passing, trouble
from tenfold.errors import JobError, TenfoldError
from tenfold.jobs.failures import refused
from tenfold.jobs.leases import Attempt, Leases
from tenfold.jobs.records import Records
from tenfold.jobs.tables import CANCELLED, DONE, FAILED, JobRow
from tenfold.jobs.types import QUEUES, WORK, AnyHandler, AnyType
from tenfold.jobs.work import Stopped, Work

log = logging.getLogger(__name__)

# What other processes did is seen within this time.
_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_RENEWALS = 5.0
_SECONDS_TO_STOP = 10.0
_SECONDS_BETWEEN_CLEANINGS = 3600.0


class Worker:
    """Claims jobs and runs them.

    Args:
        handlers: what does the work of each type.
        changed: called, from any thread, when a job changed.
        serving: this is a server's worker: a command's claims nothing while one lives.

    Attributes:
        fault: what was last wrong with the database, for this worker; None: nothing yet.
        fault_at: when that was.
        lasting: it is wrong now, and will not pass by itself: the disk is full, say.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[AnyType, AnyHandler],
        changed: Callable[[], None],
        *,
        serving: bool,
    ) -> None:
        self._database, self._changed, self._serving = database, changed, serving
        self._handlers, self._types = handlers, {job_type.kind: job_type for job_type in handlers}
        self._leases = Leases(database, serving=serving)
        self._records = Records(database)
        self._wake = threading.Event()
        self._running: set[Attempt] = set()
        self._returned = threading.Condition()
        self._renewed_at = self._cleaned_at = float("-inf")
        self.fault: TenfoldError | None = None
        self.fault_at: datetime | None = None
        self.lasting = False
        self.standing_by = False

    @property
    def name(self) -> str:
        """As other processes know it."""
        return self._leases.worker

    def wake(self) -> None:
        """Look at once: a job was asked for, or `run` is to end."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then what runs is told to stop, and has ten seconds to do so.

        What has not ended by then goes on to its own end, or to that of the process; nobody else begins it.

        Raises:
            SQLAlchemyError: the database does not answer, or cannot be written. What runs goes on; call this
                again after a pause.
        """
        while not stop.is_set():
            self._wake.clear()
            try:
                self.look(stop)
            except SQLAlchemyError as reason:
                self._suffered(reason)
                raise
            self.lasting = False
            self._wake.wait(0 if stop.is_set() else _SECONDS_BETWEEN_LOOKS)
        self._end()

    def look(self, stop: threading.Event) -> None:
        """Renew the lease, take over from workers that died, and claim as much as there are places for.

        Args:
            stop: what is begun ends when it is set.
        """
        if time.monotonic() - self._renewed_at >= _SECONDS_BETWEEN_RENEWALS:
            self._renew()
        self.standing_by = self._leases.take_from_the_dead() and not self._serving
        if not self.standing_by:
            waiting = self._leases.waiting()
            for queue, places in QUEUES.items():
                self._fill(queue, places, waiting, stop)
        if time.monotonic() - self._cleaned_at >= _SECONDS_BETWEEN_CLEANINGS:
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
            self._changed()

    def _with_a_place(self, queue: str, places: int, waiting: set[str]) -> list[str]:
        """Those of the waiting kinds of a queue of which this process may begin another one now."""
        running = [one.row.kind for one in self._now_running() if self._queue_of(one.row.kind) == queue]
        if len(running) >= places:
            return []
        alone = {job_type.kind for job_type in self._handlers if job_type.alone}
        return [kind for kind in waiting - alone.intersection(running) if self._queue_of(kind) == queue]

    def _queue_of(self, kind: str) -> str:
        return self._types[kind].queue if kind in self._types else WORK

    def _now_running(self) -> list[Attempt]:
        with self._returned:
            return list(self._running)

    def _renew(self) -> None:
        self._leases.renew(self._now_running())
        self._renewed_at = time.monotonic()

    def _end(self) -> None:
        with self._returned:
            ended = self._returned.wait_for(lambda: not self._running, _SECONDS_TO_STOP)
        try:
            if ended:
                self._renew()  # a job whose end could not be written waits again
                self._leases.leave()
        except SQLAlchemyError as reason:
            self._suffered(reason)
        if not ended:
            threading.Thread(target=self._hold, name="tenfold-jobs-hold", daemon=True).start()

    def _hold(self) -> None:
        """Keep what does not stop from being begun elsewhere."""
        while self._now_running():
            try:
                self._renew()
            except SQLAlchemyError as reason:
                self._suffered(reason)
            time.sleep(_SECONDS_BETWEEN_RENEWALS)

    def _run(self, one: Attempt, stop: threading.Event) -> None:
        """One job, in a thread of its own."""
        try:
            self._do(one, stop)
        except SQLAlchemyError as reason:
            self._suffered(reason)
            if not self.lasting:  # whoever waits for the job is told otherwise
                log.warning("Job %s waits for the database: %s", one.row.id, self.fault)
        except Exception:
            log.exception("The end of job %s could not be written", one.row.id)
        finally:
            with self._returned:
                self._running.discard(one)
                self._returned.notify_all()
            self._renewed_at = float("-inf") if self.fault else self._renewed_at
            self._wake.set()
            self._changed()

    def _do(self, one: Attempt, stop: threading.Event) -> None:
        row = one.row
        job_type = self._types.get(row.kind)
        if job_type is None:
            self._leases.end(one, FAILED, error=_unknown(row))
            return
        try:
            params = job_type.params_of(row)
        except ValueError as reason:
            log.warning("Job %s (%s) asks for what no %s can be: %s", row.id, row.kind, row.kind, reason)
            self._leases.end(one, FAILED, error=_unknown(row))
            return
        work = Work(one, params, self._leases, stop, self._changed)
        result, error = self._outcome(row, job_type, work)
        work.write_progress()
        if (work.cut_short and not work.cancelled) or (error is not None and work.interrupted):
            self._leases.put_back(one)
            return
        state = CANCELLED if work.cut_short else FAILED if error else DONE
        told = None if result is None else result.model_dump(mode="json")
        self._leases.end(one, state, result=told, error=error if state == FAILED else None)

    def _outcome(
        self, row: JobRow, job_type: AnyType, work: Work[BaseModel]
    ) -> tuple[BaseModel | None, TenfoldError | None]:
        """What a handler returned, or why it failed."""
        try:
            return self._handlers[job_type](work), None
        except Stopped:
            return None, None if work.cut_short else _fault(row, "it stopped without being told to")
        except TenfoldError as reason:
            return None, reason
        except OSError as reason:
            log.warning("Job %s (%s) failed: %s", row.id, row.kind, reason)
            return None, refused(row.title, reason)
        except SQLAlchemyError as reason:
            if passing(reason):
                raise
            if isinstance(reason, DBAPIError) and (told := trouble(self._database, reason)):
                return None, told
            log.exception("Job %s (%s) failed", row.id, row.kind)
        except Exception:
            log.exception("Job %s (%s) failed", row.id, row.kind)
        return None, _fault(row, "a fault in tenfold; its log says which")

    def _suffered(self, reason: SQLAlchemyError) -> None:
        """Note what is wrong with the database."""
        told: TenfoldError | None = trouble(self._database, reason)
        if told is None:
            log.error("The jobs could not be looked after", exc_info=reason)
            told = JobError(
                "The jobs", "could not be looked after", received="a fault in tenfold; see its log"
            )
        self.lasting = not passing(reason)
        self.fault, self.fault_at = told, now()
        self._changed()


def _unknown(row: JobRow) -> JobError:
    return JobError(
        f"'{row.title}'",
        "is work of a kind that this version of tenfold does not know",
        received=row.kind,
        cure="Let the version that began it finish it.",
    )


def _fault(row: JobRow, received: str) -> JobError:
    return JobError(f"'{row.title}'", "ended before it was done", received=received)
