"""The services of a server, which run as long as it does, and how each is made. Knows no HTTP."""

from typing import TYPE_CHECKING

from tenfold.errors import TenfoldError
from tenfold.os_errors import in_words, refused
from tenfold.runtime.supervisor import Periodic, Service, ServiceFault

if TYPE_CHECKING:
    from tenfold.runtime.app import App

# Polling finds what other processes did; changes of this process wake the service.
_SECONDS_TO_FOLLOW = 1.0
_SECONDS_BETWEEN_WAKES = 10.0
_SECONDS_BETWEEN_CLEANINGS = 10.0


def services(app: "App") -> list[Service]:
    """What a server of `app` runs."""
    from tenfold.workflows.classify_job import wake

    return [
        Periodic("live-model", _SECONDS_TO_FOLLOW, app.model_switch.follow),
        app.jobs.worker(serving=True),
        # Pictures left by a killed process, restored entries, uploads that came while a job ended.
        Periodic("waiting-pictures", _SECONDS_BETWEEN_WAKES, lambda: wake(app.jobs, app.ingest)),
        app.folder_watcher,
        app.watched_cameras,
        app.running_stations,
        Periodic("clips", _SECONDS_BETWEEN_CLEANINGS, app.retention.tidy),
        app.sender,
        Periodic("drift", _SECONDS_BETWEEN_CLEANINGS, app.watch_drift.tick),
        Periodic("corrections-data", _SECONDS_BETWEEN_CLEANINGS, app.improve.clean),
    ]


def describe(error: Exception) -> ServiceFault:
    """An error of a service in words."""
    from tenfold.database import now, trouble

    known = error if isinstance(error, TenfoldError) else trouble(error) or _of_the_system(error)
    if known:
        return ServiceFault(known.code, known.title, known.facts(), expected=True, at=now())
    kind = type(error).__name__
    ours = TenfoldError(
        "The service", "has a fault", received=kind, cure="The log has all of it.", reason="internal-fault"
    )
    return ServiceFault("internal-error", kind, ours.facts(), expected=False, at=now())


def _of_the_system(error: Exception) -> TenfoldError | None:
    """A refusal of the operating system in words, such as a full disk; None for other errors."""
    if not isinstance(error, OSError):
        return None
    said = in_words(error)
    cure = f"{said.cure}; it is tried again."
    return refused(TenfoldError, said.file or "A file", error, cure=cure) if said.reason else None
