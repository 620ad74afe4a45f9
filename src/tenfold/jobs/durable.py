"""The job library, DBOS: runs a job in a thread, remembers its steps, and begins it again after a kill.

The one place that knows DBOS; it is imported when there is work to do. DBOS keeps its tables in the same
database (PostgreSQL: in the schema "dbos"). One engine can be at work in a process at a time.
"""

import logging
import os
import threading
from collections.abc import Callable, Collection
from typing import Any

from tenfold.database import Database
from tenfold.jobs.work import Remember

# Fixed: what a newer tenfold finds interrupted, it goes on with.
_VERSION = "1"
_NAME = "tenfold"
_WORKFLOW = "job"
# How many jobs of a lane are at work at once.
LANES = {"tenfold-work": 2, "tenfold-training": 1, "tenfold-watching": 1}
_SECONDS_BETWEEN_LOOKS = 0.5
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_one_in_this_process = threading.Lock()


class Interrupted(BaseException):
    """Ends a job's thread so that DBOS begins it again at its next start; an Exception would be its end."""


class _StepFailed(BaseException):
    """Carries a step's error past DBOS, which would remember it."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class Durable:
    """DBOS at work on one database.

    Args:
        run: does one job: its id, and what remembers its steps. Raises nothing but Interrupted.
    """

    def __init__(self, database: Database, run: Callable[[str, Remember], None]) -> None:
        self._database, self._run = database, run
        self._launched = False

    @property
    def launched(self) -> bool:
        return self._launched

    def launch(self) -> bool:
        """Start, and begin again what was interrupted; False where this process has one at work already."""
        if not _one_in_this_process.acquire(blocking=False):
            return False
        try:
            self._launch()
        except BaseException:
            self._destroy()
            _one_in_this_process.release()
            raise
        self._launched = True
        return True

    def enqueue(self, job_id: str, lane: str) -> None:
        """Hand a job over; one that was handed over before is left as it is."""
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(job_id):
            DBOS.enqueue_workflow(lane, self._job, job_id)

    def forget(self, *, keep: Collection[str]) -> None:
        """Delete what DBOS remembers of jobs that have ended, but for `keep`."""
        from dbos import DBOS

        known = DBOS.list_workflows(status=_ENDED, load_input=False, load_output=False)
        over = [one.workflow_id for one in known if one.workflow_id not in keep]
        if over:
            DBOS.delete_workflows(over)

    def close(self) -> None:
        """Stop. Whatever has not returned by now begins again at the next launch."""
        if self._launched:
            self._launched = False
            self._destroy()
            _one_in_this_process.release()

    def _launch(self) -> None:
        # A telemetry or cloud address in the environment is not meant for tenfold.
        for name in [name for name in os.environ if name.startswith("DBOS_")]:
            del os.environ[name]
        from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

        config: DBOSConfig = {
            "name": _NAME,
            "application_version": _VERSION,
            "executor_id": _NAME,
            "log_level": "WARNING",
            "enable_otlp": False,
            "use_listen_notify": False,
            "serializer": DBOSPortableJSONSerializer(),
            "notification_listener_polling_interval_sec": 0.5,
        }
        if self._database.sqlite:
            config["system_database_url"] = self._database.url.render_as_string(hide_password=False)
        else:
            config["system_database_engine"] = self._database.engine
        DBOS(config=config)

        @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)
        def job(job_id: str) -> None:
            self._run(job_id, _remember)

        self._job = job
        DBOS.launch()
        for lane, size in LANES.items():
            DBOS.register_queue(
                lane,
                worker_concurrency=size,
                polling_interval_sec=_SECONDS_BETWEEN_LOOKS,
                on_conflict="always_update",
            )

    def _destroy(self) -> None:
        from dbos import DBOS

        # Its threads complain of each other as they end; what they did not finish begins again later.
        log = logging.getLogger("dbos")
        log.setLevel(logging.CRITICAL)
        DBOS.destroy(destroy_registry=True)
        # They write to the standard error of now, which may be another, or closed, at the next start.
        for handler in list(log.handlers):
            log.removeHandler(handler)


def _remember(name: str, do: Callable[[], Any]) -> Any:
    from dbos import DBOS

    def step() -> Any:
        try:
            return do()
        except Exception as error:  # noqa: BLE001 - raised again below, whatever it is
            raise _StepFailed(error) from None

    try:
        return DBOS.run_step({"name": name}, step)
    except _StepFailed as failed:
        raise failed.error from None
