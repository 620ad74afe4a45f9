"""What a handler gets: a job's parameters, its memory, a way to tell how far it is. Knows no job library."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from tenfold.jobs.records import Records
from tenfold.jobs.tables import JobRow

T = TypeVar("T")
# Runs the second argument once for each job and name; later it answers what was remembered.
Remember = Callable[[str, Callable[[], Any]], Any]

_SECONDS_BETWEEN_WRITES = 0.5
_SECONDS_BETWEEN_LOOKS = 0.5


class Stopped(Exception):
    """Raised by a handler that ends before its work is done, because `Work.stopping` is true."""


class Work:
    """One job at work, as its handler sees it. For the handler's own thread.

    Attributes:
        id: the job's.
        by: the person who asked for it; 0 is the house.
        params: what was asked for.
    """

    def __init__(self, row: JobRow, records: Records, closing: threading.Event, remember: Remember) -> None:
        self.id, self.by, self.params = row.id, row.by, row.params
        self._records, self._closing, self._remember = records, closing, remember
        self._progress = (row.done, row.total, row.message)
        self._written = self._progress
        self._written_at = self._looked_at = 0.0
        self._cancelled = False
        self._told = False

    def step(self, name: str, do: Callable[[], T]) -> T:
        """What `do` returns, or returned when this job came here before it was interrupted.

        A handler asks for its steps in the same order each time, and by the same names. A step that fails or
        is interrupted is not remembered, and runs again when the job does.

        Args:
            do: returns what JSON can hold; a tuple comes back as a list.

        Raises:
            Stopped: the job is to stop; nothing was begun.
        """
        if self.stopping:
            raise Stopped
        result: T = self._remember(name, do)
        return result

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Tell how far the work is: `done` of `total` (0: not known), and what it is at.

        Cheap: written down at most twice a second, and at the end.
        """
        self._progress = (done, total, message)
        if time.monotonic() - self._written_at >= _SECONDS_BETWEEN_WRITES:
            self.write_progress()

    @property
    def stopping(self) -> bool:
        """Whether the handler is to return or raise `Stopped` soon.

        Either somebody cancelled the job, or this process ends; then the handler runs again in the next one.
        """
        self._told = self._told or self._closing.is_set() or self.cancelled
        return self._told

    @property
    def cancelled(self) -> bool:
        """Whether somebody cancelled the job."""
        if not self._cancelled and time.monotonic() - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._cancelled = self._records.cancel_asked(self.id)
            self._looked_at = time.monotonic()
        return self._cancelled

    @property
    def cut_short(self) -> bool:
        """Whether the handler knew that it was to stop: what it returned may not be the whole."""
        return self._told

    @property
    def interrupted(self) -> bool:
        """Whether this process ends, so that whatever went wrong may have gone wrong because of that."""
        return self._closing.is_set() and not self._cancelled

    def write_progress(self) -> None:
        """Write down what `progress` was told last."""
        if self._progress != self._written:
            self._records.progress(self.id, *self._progress)
            self._written = self._progress
            self._written_at = time.monotonic()


Handler = Callable[[Work], dict[str, Any]]
