"""The service behind a table of cameras or stations: starts, changes and stops one for each row.

Several processes may share the rows of one database: each is run by one of them, and taken over when that one
has died. Knows nothing of what runs.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from tenfold.database import passing
from tenfold.database.claims import Claimed, Claims
from tenfold.jobs import Jobs
from tenfold.runtime.supervisor import Service, ServiceFault, ServiceHealth, Supervisor

_SECONDS_BETWEEN_TICKS = 1.0
# How often a row's state is written for other processes.
_SECONDS_BETWEEN_REPORTS = 5.0
STOP_SECONDS = 2.0


class Watch(Service, Protocol):
    """What runs for one row."""

    @property
    def row(self) -> Any:
        """The row as it was when this was made."""

    def tend(self) -> None:
        """Called each second or so."""

    def status(self) -> dict[str, Any]:
        """Its state, as plain values."""


WatchT = TypeVar("WatchT", bound=Watch)


class Watched(Generic[WatchT]):
    """The service.

    Args:
        watch: makes what runs for a row.
        describe: puts an error into words.
        began: called with the numbers of rows before they run.
        stop_seconds: how long one may take to end.
    """

    def __init__(
        self,
        name: str,
        rows: Claims[Any],
        jobs: Jobs,
        watch: Callable[[Any], WatchT],
        describe: Callable[[Exception], ServiceFault],
        *,
        began: Callable[[list[int]], object] = lambda numbers: None,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self.name, self._stop_seconds = name, stop_seconds
        self._rows, self._jobs = rows, jobs
        self._watch, self._describe, self._began = watch, describe, began
        self._running: dict[int, tuple[WatchT, Supervisor]] = {}
        self._woken = threading.Event()
        self._reported = 0.0

    def wake(self) -> None:
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self._woken.clear()
                self._list()
                for watch, _ in list(self._running.values()):
                    watch.tend()
                if time.monotonic() - self._reported >= _SECONDS_BETWEEN_REPORTS:
                    self._report()
                self._woken.wait(0 if stop.is_set() else _SECONDS_BETWEEN_TICKS)
        except Exception as error:
            # The running rows need no database for a while, and the supervisor calls this again.
            if stop.is_set() or not passing(error):
                self._finish()
            raise
        self._finish()

    def _finish(self) -> None:
        self._end(list(self._running))
        self._rows.release(self._jobs.me)

    def running(self, number: int) -> WatchT | None:
        """What runs for a row in this process; None where nothing does."""
        found = self._running.get(number)
        return found[0] if found else None

    def status(self, row: Claimed) -> dict[str, Any] | None:
        """The status of a row now, of this process or of another one; None: none works on it."""
        found = self._running.get(row.id)
        return _status(*found) if found else row.current_status

    def healths(self) -> list[ServiceHealth]:
        """The health of all that run in this process."""
        return [supervisor.health()[0] for _, supervisor in list(self._running.values())]

    def _list(self) -> None:
        """Run the rows that this process has claimed, as they are now, and no others."""
        mine = {row.id: row for row in self._rows.claim(self._jobs.me, self._jobs.workers())}
        self._end(
            [
                number
                for number, (watch, _) in self._running.items()
                if number not in mine or mine[number].changed_at != watch.row.changed_at
            ]
        )
        new = {number: row for number, row in mine.items() if number not in self._running}
        if new:
            self._began(list(new))
        for number, row in new.items():
            watch = self._watch(row)
            supervisor = Supervisor([watch], self._describe)
            self._running[number] = watch, supervisor
            supervisor.start()

    def _report(self) -> None:
        self._reported = time.monotonic()
        if self._running:
            statuses = {number: _status(*running) for number, running in self._running.items()}
            self._rows.tell(self._jobs.me, statuses)

    def _end(self, numbers: list[int]) -> None:
        """End some, all at the same time."""
        ending = [self._running.pop(number)[1] for number in numbers]
        threads = [threading.Thread(target=one.stop, args=(self._stop_seconds,)) for one in ending]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _status(watch: Watch, supervisor: Supervisor) -> dict[str, Any]:
    """Its state, and what ended it if it waits to be started again."""
    (health,) = supervisor.health()
    if health.state != "failing" or health.fault is None:
        return watch.status()
    fault = health.fault
    return watch.status() | {"fault": {"at": fault.at.isoformat(), **fault.facts}}
