"""The state of a server's parts as metrics, taken when they are read. Knows no format and no HTTP.

Metrics from tables are left out while the database does not answer, and `tenfold_database_up` shows it.
"""

import logging
import queue
import shutil
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tenfold.errors import DatabaseError
from tenfold.files import existing
from tenfold.observability.metrics import Measure

if TYPE_CHECKING:
    from tenfold.line.stations.status import StationStatus
    from tenfold.runtime.app import App
    from tenfold.runtime.supervisor import ServiceHealth

log = logging.getLogger(__name__)
_RUNNING = "running"
# Seconds to wait for the database; Prometheus waits for ten, and the token is looked up before.
_PATIENCE = 4.0


def of_app(app: "App") -> Iterator[Measure]:
    """The live model, its queue, the disks, and what stands in tables."""
    model = app.model_server.model
    facts = {"model": model.sha256[:12], "name": model.info.name}
    yield Measure("tenfold_model_info", "The live model; always 1.", 1, facts)
    yield Measure("tenfold_queue_waiting", "Pictures that wait for the network.", app.model_server.waiting)
    yield from _disks(app)
    yield from _tables(app)


def of_services(found: "Iterable[ServiceHealth]") -> Iterator[Measure]:
    """What a supervisor keeps running."""
    for one in found:
        labels = {"service": one.name}
        up = one.state == _RUNNING
        yield Measure("tenfold_service_up", "Whether a service of the server runs.", up, labels)
        words = "Faults of a service since the server started."
        yield Measure("tenfold_service_faults", words, one.faults, labels, "counter")


def _disks(app: "App") -> Iterator[Measure]:
    stores = app.folders
    if app.database.file is not None:
        stores["database"] = app.database.file.parent
    for store, folder in stores.items():
        usage = shutil.disk_usage(existing(folder))
        labels = {"store": store}
        free = "Free bytes of the disk with a store; several may be on one disk."
        yield Measure("tenfold_disk_free_bytes", free, usage.free, labels)
        yield Measure("tenfold_disk_size_bytes", "Bytes of the disk with a store.", usage.total, labels)


def _tables(app: "App") -> Iterator[Measure]:
    words = "Whether the database answers."
    measured = _in_time(app)
    yield Measure("tenfold_database_up", words, measured is not None)
    yield from measured or ()


def _in_time(app: "App") -> list[Measure] | None:
    """What stands in tables; None where the database does not answer within `_PATIENCE`.

    One whose machine is gone refuses nothing, and a connection is waited for longer than Prometheus waits.
    """
    from tenfold.database import AnyDatabaseError

    found: queue.SimpleQueue[list[Measure] | DatabaseError | AnyDatabaseError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            app.database.check()
            found.put([*_jobs(app), *_cameras(app), *_stations(app), *_messages(app)])
        except (DatabaseError, AnyDatabaseError) as error:
            found.put(error)

    threading.Thread(target=ask, name="tenfold-metrics", daemon=True).start()
    try:
        result = found.get(timeout=_PATIENCE)
    except queue.Empty:
        result = DatabaseError("The database", "does not answer in time")
    if isinstance(result, list):
        return result
    log.warning("No metrics of what stands in tables: %s", result)
    return None


def _jobs(app: "App") -> Iterator[Measure]:
    for (kind, state), number in app.jobs.records.counts().items():
        labels = {"kind": kind, "state": state}
        yield Measure("tenfold_jobs", "Jobs of the last 90 days by their state.", number, labels)


def _cameras(app: "App") -> Iterator[Measure]:
    for row in app.cameras.all():
        if row.paused_at is None:
            said, labels = app.watched_cameras.status(row) or {}, {"camera": row.name}
            up = said.get("phase") == _RUNNING
            yield Measure("tenfold_camera_up", "Whether a camera that is not paused sends.", up, labels)
            words = "How often a camera was reconnected."
            yield Measure("tenfold_camera_restarts", words, said.get("restarts", 0), labels, "counter")


def _stations(app: "App") -> Iterator[Measure]:
    from tenfold.line.stations.status import status_of

    for row in app.stations.all():
        yield from _station(row.name, status_of(row, app.running_stations.status(row)))


def _station(name: str, now: "StationStatus") -> Iterator[Measure]:
    """A station's metrics; label values are names of phases, verdicts and reasons."""
    from tenfold.line.stations.status import PHASES

    station, said = {"station": name}, now.figures
    for one in PHASES:
        words = "1 for the state in which a station is; only ready releases parts."
        yield Measure("tenfold_station_state", words, one == now.phase, station | {"state": one})
    counted = (
        ("verdict", "tenfold_station_verdicts", "Verdicts of a station since it started.", "verdicts"),
        ("reason", "tenfold_station_alarms", "Alarms of a station since it started.", "alarms"),
    )
    for label, metric, words, key in counted:
        for value, number in said.get(key, {}).items():
            yield Measure(metric, words, number, station | {label: value}, "counter")
    for quantile, seconds in zip(("0.5", "0.99"), said.get("verdict_seconds", []), strict=False):
        words = "From the trigger to the verdict, of the last 1,000 parts."
        yield Measure("tenfold_station_verdict_seconds", words, seconds, station | {"quantile": quantile})
    if said.get("picture_age") is not None:
        words = "How long ago a station's camera gave its last picture."
        yield Measure("tenfold_station_picture_age_seconds", words, said["picture_age"], station)


def _messages(app: "App") -> Iterator[Measure]:
    counts = app.outbox.counts()
    for row in app.outbox.destinations():
        for state in ("waiting", "dead"):
            labels = {"destination": row.name, "state": state}
            number = counts.get(row.id, {}).get(state, 0)
            yield Measure("tenfold_messages", "Messages that wait or were given up.", number, labels)
