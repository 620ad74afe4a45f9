"""What a handler gets: a job's parameters, its finished steps, whether to stop, how to report progress."""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from tenfold.jobs.leases import Attempt, Leases

P = TypeVar("P", bound=BaseModel, covariant=True)
T = TypeVar("T")

_SECONDS_BETWEEN_WRITES = 0.5
_POLL_SECONDS = 0.5


class Stopped(Exception):
    """Raised by a handler that ends before its work is done, because `Work.stopping` is true."""


class Work(Generic[P]):
    """One running job, as its handler sees it. For the handler's own thread.

    Args:
        closing: set when this process ends.

    Attributes:
        cut_short: the handler was told to stop, so what it returns may be incomplete.
        by: the person who submitted it; 0 is the server itself.
    """

    def __init__(
        self,
        attempt: Attempt,
        params: P,
        leases: Leases,
        closing: threading.Event,
    ) -> None:
        row = attempt.row
        self.id, self.by, self.params = row.id, row.by, params
        self._attempt, self._leases, self._closing = attempt, leases, closing
        self._progress = (row.done, row.total, row.step, row.figures)
        self._written = self._progress
        self._written_at = self._polled_at = 0.0
        self._cancelled = False
        self.cut_short = False

    def step(self, name: str, do: Callable[[], T]) -> T:
        """What `do` returns, or returned in an earlier attempt.

        The result of a step that fails or is interrupted is not stored; the step runs again with the job.

        Args:
            name: unique among the steps of a job.
            do: returns what JSON can hold; a tuple comes back as a list.

        Raises:
            Stopped: the job is to stop.
        """
        self.go_on()
        before = self._leases.step(self._attempt, name)
        if before is not None:
            value: T = before.value
            return value
        value = do()
        self._leases.keep_step(self._attempt, name, value)
        if self._attempt.lost:
            self.cut_short = True
            raise Stopped
        return value

    def progress(self, done: int, total: int, step: str = "", figures: dict[str, Any] | None = None) -> None:
        """Report progress: `done` of `total` (0: not known), and what is being done, by a code.

        Cheap: it is written at most twice a second, and at the end.

        Args:
            figures: what else this kind of work tells of itself and of the step, as JSON can hold it.
        """
        self._progress = (done, total, step, figures)
        if time.monotonic() - self._written_at >= _SECONDS_BETWEEN_WRITES:
            self.write_progress()

    @property
    def stopping(self) -> bool:
        """Whether the handler is to return or raise `Stopped` soon.

        Somebody cancelled the job; or this process ends, or may have lost the job to another one, and the
        handler runs again.
        """
        self.cut_short = self.cut_short or self.interrupted or self.cancelled
        return self.cut_short

    def go_on(self) -> None:
        """Raise Stopped where the handler is to stop."""
        if self.stopping:
            raise Stopped

    @property
    def cancelled(self) -> bool:
        """Whether the job was cancelled."""
        if not self._cancelled and time.monotonic() - self._polled_at >= _POLL_SECONDS:
            self._cancelled = self._leases.cancel_asked(self._attempt)
            self._polled_at = time.monotonic()
        return self._cancelled

    @property
    def interrupted(self) -> bool:
        """Whether this process ends or may have lost the job, which may be the cause of an error."""
        return (self._closing.is_set() or self._attempt.lost or not self._leases.sure) and not self._cancelled

    def write_progress(self) -> None:
        """Write what was reported last, where that is not written yet."""
        if self._progress != self._written:
            self._leases.progress(self._attempt, *self._progress)
            self._written = self._progress
            self._written_at = time.monotonic()
