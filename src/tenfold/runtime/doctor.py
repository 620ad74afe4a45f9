"""Checks everything that a server needs, and reports the state of each. Changes nothing.

A database that is missing or old is neither made nor upgraded.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.errors import TenfoldError
from tenfold.observability import checks
from tenfold.observability.check import Check, Why
from tenfold.runtime.app import App

if TYPE_CHECKING:
    from tenfold.cameras.tables import CameraRow
    from tenfold.database import Database
    from tenfold.line.stations.tables import StationRow
    from tenfold.runtime.supervisor import ServiceHealth

_OLDEST_POSTGRESQL = 15


def examine(app: App) -> Iterator[Check]:
    """The lines about settings, machine, database, model, cameras, stations and destinations."""
    home, folders = app.home, app.folders
    for name, path in folders.items():
        yield checks.folder(name, path)
    yield from checks.disks(folders)
    yield checks.clock(home.database)
    yield from checks.rights(home.folder, home.settings)
    yield checks.container(home.folder)
    usable = True
    for line in _database(app):
        usable = usable and line.state in ("ok", "warn")
        yield line
    if not usable:
        for name in ("model", "cameras", "stations", "destinations"):
            yield Check(name, "off", "not-looked-at")
        return
    yield _model(app)
    yield from _cameras(app)
    yield from _stations(app)
    yield from _destinations(app)


def of_services(found: "list[ServiceHealth]") -> Iterator[Check]:
    """A line for each service of a running server."""
    for one in found:
        title, fault = f"service {one.name}", one.fault
        why = [Why.told(fault.facts)] if fault else []
        if one.down:
            yield Check(title, "fail", "service-fails", why=why)
        elif one.state == "failing":
            yield Check(title, "warn", "service-restarts", why=why)
        elif one.state == "stopped":
            yield Check(title, "warn", "service-stopped")
        else:
            yield Check(title, "ok", "service-runs")


def _database(app: App) -> Iterator[Check]:
    from tenfold.database import sqlite_file

    try:
        file = sqlite_file(app.database_url)
        if file is not None and not file.exists():  # opening it would create it
            yield Check("database", "off", "database-later", {"path": str(file)})
            return
        if file is not None and (bad := checks.network_disk(file)):
            yield bad
        database = app.open_database()
    except TenfoldError as reason:
        yield Check("database", "fail", "database-unusable", why=[Why.of(reason)])
        return
    try:
        yield from _tables(database)
    finally:
        database.close()


def _tables(database: "Database") -> Iterator[Check]:
    from tenfold.database import AnyDatabaseError, trouble
    from tenfold.database.examine import integrity, server_version, versions_of

    try:
        database.check()
        version, newest = versions_of(database)
        wrong = integrity(database)
        major = server_version(database)
    except TenfoldError as reason:
        yield Check("database", "fail", "database-unusable", why=[Why.of(reason)])
        return
    except AnyDatabaseError as reason:
        known = trouble(reason, database)
        why = Why.of(known) if known else Why("", str(reason).splitlines()[0])
        yield Check("database", "fail", "database-unusable", why=[why])
        return
    named = {"database": "SQLite" if database.sqlite else f"PostgreSQL {major}", "version": version}
    if wrong:
        yield Check("database", "fail", "database-damaged", {"detail": wrong})
    elif not version:
        yield Check("database version", "off", "database-empty", named)
    elif version != newest:
        yield Check("database version", "off", "database-old", named | {"newest": newest})
    elif major and major < _OLDEST_POSTGRESQL:
        yield Check("database", "warn", "postgresql-old", named | {"least": _OLDEST_POSTGRESQL})
    else:
        yield Check("database", "ok", "database-whole", named)


def _model(app: App) -> Check:
    from tenfold import modelfile
    from tenfold.inference.trial import try_out
    from tenfold.models.registry import BUNDLED

    try:
        change = app.registry.live_change()
        model = None if app.settings.model or change is None else app.registry.get(change.model_hash)
        if model is None or model.file == BUNDLED:
            path = Path(modelfile.locate(app.settings.model or None))
            try_out(path)
            return Check("model", "ok", "model-answers", {"name": path.name})
        with app.registry.local_copy(model.hash) as copy:
            try_out(copy)
        return Check("model", "ok", "model-answers", {"name": model.name})
    except TenfoldError as reason:
        return Check("model", "fail", "model-fails", why=[Why.of(reason)])


def _cameras(app: App) -> Iterator[Check]:
    rows = app.cameras.all()
    if not rows:
        yield Check("cameras", "off", "none")
    yield from (_camera(row) for row in rows)


def _camera(row: "CameraRow") -> Check:
    title, said = f"camera {row.name}", row.current_status
    if row.paused_at is not None:
        return Check(title, "off", "paused")
    if said is None:
        return Check(title, "warn", "camera-unwatched")
    faults = [Why(one["code"], one["words"]) for one in said.get("faults", [])]
    if fault := said.get("fault"):
        faults.append(Why.told(fault))
    if said.get("phase") != "running":
        return Check(title, "warn", "camera-silent" if faults else "camera-connecting", why=faults)
    if faults:
        return Check(title, "warn", "camera-faults", why=faults)
    if problem := said.get("model_problem"):
        return Check(title, "warn", "camera-model", why=[Why.told(problem)])
    if problem := said.get("recording_problem"):
        return Check(title, "warn", "camera-recording", why=[Why.told(problem)])
    return Check(title, "ok", "camera-sends")


def _stations(app: App) -> Iterator[Check]:
    rows = app.stations.all()
    if not rows:
        yield Check("stations", "off", "none")
    yield from (_station(row) for row in rows)


def _station(row: "StationRow") -> Check:
    from tenfold.line.stations.status import status_of, word_of

    title, now = f"station {row.name}", status_of(row, row.current_status)
    why = [Why.told(one) for one in now.problems] + [Why(one, word_of(one)) for one in now.reasons]
    match now.phase:
        case "paused":
            return Check(title, "off", "paused")
        case "off":
            return Check(title, "warn", "station-off")
        case "starting":
            return Check(title, "warn", "station-starting")
        case "fault":
            return Check(title, "warn", "station-rejects", why=why)
        case "held":
            return Check(title, "warn", "station-held", why=why)
    return Check(title, "warn", "station-troubled", why=why) if why else Check(title, "ok", "station-ready")


def _destinations(app: App) -> Iterator[Check]:
    rows, counts = app.outbox.destinations(), app.outbox.counts()
    if not rows:
        yield Check("destinations", "off", "none")
    for row in rows:
        title, dead = f"destination {row.name}", counts.get(row.id, {}).get("dead", 0)
        if not row.enabled:
            yield Check(title, "off", "destination-off")
        elif row.problem is not None:
            yield Check(title, "warn", "message-refused", why=[Why.told(row.problem)])
        elif dead:
            yield Check(title, "warn", "messages-given-up", {"count": dead})
        else:
            yield Check(title, "ok", "messages-arrive")
