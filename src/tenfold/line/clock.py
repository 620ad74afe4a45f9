"""The computer's clock: whether somebody set it. Knows no trail."""

import time
from collections.abc import Callable
from datetime import datetime

_SECONDS = 1.0


class ClockWatch:
    """Compares the time of day with the monotonic clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._apart = now().timestamp() - time.monotonic()

    def set_by(self) -> float:
        """By how many seconds the clock was set since the last call; 0: it was not."""
        before, self._apart = self._apart, self._now().timestamp() - time.monotonic()
        moved = self._apart - before
        return round(moved, 3) if abs(moved) > _SECONDS else 0.0
