"""What a handler gets: a job's parameters, its finished steps, whether to stop, how to tell progress."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import BaseModel

from tenfold.jobs.leases import Attempt, Leases

P = TypeVar("P", bound=BaseModel, covariant=True)
T = TypeVar("T")

_SECONDS_BETWEEN_WRITES = 0.5
_SECONDS_BETWEEN_LOOKS = 0.5


class Stopped(Exception):
    """Raised by a handler that ends before its work is done, because `Work.stopping` is true."""


class Work(Generic[P]):
    """One running job, as its handler sees it. For the handler's own thread.

    Args:
        closing: set when this process ends.
        changed: called when progress was written.

    Attributes:
        id: the job's.
        by: the person who asked for it; 0 is the house.
        params: what was asked for.
    """

    def __init__(
        self,
        attempt: Attempt,
        params: P,
        leases: Leases,
        closing: threading.Event,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        row = attempt.row
        self.id, self.by, self.params = row.id, row.by, params
        self._attempt, self._leases, self._closing, self._changed = attempt, leases, closing, changed
        self._progress = (row.done, row.total, row.message)
        self._written = self._progress
        self._written_at = self._looked_at = 0.0
        self._cancelled = False
        self._told = False

    def step(self, name: str, do: Callable[[], T]) -> T:
        """What `do` returns, or returned when this job came here before it was interrupted.

        A step that fails or is interrupted is not remembered, and runs again when the job does.

        Args:
            name: no two steps of a job have the same.
            do: returns what JSON can hold; a tuple comes back as a list.

        Raises:
            Stopped: the job is to stop.
        """
        if self.stopping:
            raise Stopped
        before = self._leases.step(self._attempt, name)
        if before is not None:
            value: T = before.value
            return value
        value = do()
        self._leases.keep_step(self._attempt, name, value)
        if self._attempt.lost:
            self._told = True
            raise Stopped
        return value

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

        Somebody cancelled the job; or this process ends, or may have lost the job to another one, and the
        handler runs again.
        """
        self._told = self._told or self.interrupted or self.cancelled
        return self._told

    @property
    def cancelled(self) -> bool:
        """Whether somebody cancelled the job."""
        if not self._cancelled and time.monotonic() - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._cancelled = self._leases.cancel_asked(self._attempt)
            self._looked_at = time.monotonic()
        return self._cancelled

    @property
    def cut_short(self) -> bool:
        """Whether the handler knew that it was to stop: what it returned may not be the whole."""
        return self._told

    @property
    def interrupted(self) -> bool:
        """Whether this process ends or may have lost the job: what went wrong may have gone wrong by that."""
        return (self._closing.is_set() or self._attempt.lost or not self._leases.sure) and not self._cancelled

    def write_progress(self) -> None:
        """Write down what `progress` was told last."""
        if self._progress != self._written:
            self._leases.progress(self._attempt, *self._progress)
            self._written = self._progress
            self._written_at = time.monotonic()
            self._changed()
