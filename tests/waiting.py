"""Waiting until something is so, in tests. Knows nothing of what is waited for."""

import time
from collections.abc import Callable

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1


def until(
    done: Callable[[], object],
    seconds: float = 120.0,
    *,
    says: str = "it did not happen",
    despite: tuple[type[Exception], ...] = (),
) -> None:
    """Wait until `done()` is true.

    Args:
        seconds: how long; a loaded machine is no failure.
        says: what is said where it does not become true.
        despite: errors that say that it is not true yet.
    """
    ends, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while True:
        try:
            if done():
                return
        except despite:
            pass
        assert time.monotonic() < ends, says
        time.sleep(pause)
        pause = min(1.5 * pause, _LONGEST_PAUSE)
