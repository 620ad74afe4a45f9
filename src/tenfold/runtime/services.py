"""The services of a server: what runs for as long as it does. Knows how each is made, and no HTTP."""

import threading
from typing import TYPE_CHECKING

from tenfold.errors import DatabaseError, TenfoldError
from tenfold.runtime.supervisor import Fault, Periodic, Service

if TYPE_CHECKING:
    from tenfold.runtime.app import App

# Changes of this process are told at once; these are for what other processes did.
_SECONDS_TO_FOLLOW = 1.0
_SECONDS_BETWEEN_WAKES = 10.0


def services(app: "App") -> list[Service]:
    """What a server of `app` runs."""
    from tenfold.work.classifying import wake

    return [
        Periodic("live-model", _SECONDS_TO_FOLLOW, app.switch.follow),
        _Jobs(app),
        # Pictures of a process that was killed, entries that were restored, uploads that came as a job ended.
        Periodic("waiting-pictures", _SECONDS_BETWEEN_WAKES, lambda: wake(app.jobs, app.intake)),
        app.watching,
    ]


def describe(error: Exception) -> Fault:
    """An error of a service in words."""
    from tenfold.database import UNAVAILABLE, now

    if isinstance(error, TenfoldError):
        return Fault(error.title, str(error), expected=True, at=now())
    kind = type(error).__name__
    if isinstance(error, UNAVAILABLE):
        words = f"The database does not answer, or cannot be written ({kind})"
        return Fault(DatabaseError.title, words, expected=True, at=now())
    return Fault(kind, f"A fault in tenfold ({kind}); the log has all of it", expected=False, at=now())


class _Jobs:
    """The worker of the jobs as a service."""

    name = "jobs"

    def __init__(self, app: "App") -> None:
        self._worker = app.jobs.worker(serving=True)

    def run(self, stop: threading.Event) -> None:
        self._worker.run(stop)

    def wake(self) -> None:
        self._worker.wake()
