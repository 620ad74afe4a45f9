"""Notices when the computer's clock is set. Does not know who uses the time."""

import time
from collections.abc import Callable

# A smaller step is none of a clock that was set, but of one that is kept right.
_SECONDS = 1.0


class ClockWatch:
    """Compares the time of day with the monotonic clock.

    Args:
        now: the Unix time.
    """

    def __init__(self, now: Callable[[], float] = lambda: time.time()) -> None:
        self._now = now
        self._apart = now() - time.monotonic()

    def set_by(self) -> float:
        """By how many seconds the clock was set since the last call; 0: it was not."""
        before, self._apart = self._apart, self._now() - time.monotonic()
        moved = self._apart - before
        return moved if abs(moved) > _SECONDS else 0.0
