"""Checks everything that a server needs, and reports the state of each. Changes nothing.

A database that is missing or old is neither made nor upgraded.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.errors import TenfoldError
from tenfold.observability import checks
from tenfold.observability.checks import Check
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
        words = "not looked at: the tables cannot be used, or are not there yet"
        yield from (Check(name, "off", words) for name in ("model", "cameras", "stations", "destinations"))
        return
    yield _model(app)
    yield from _cameras(app)
    yield from _stations(app)
    yield from _destinations(app)


def of_services(found: "list[ServiceHealth]") -> Iterator[Check]:
    """A line for each service of a running server."""
    for one in found:
        fault = f": {one.fault.words}" if one.fault else ""
        if one.down:
            yield Check(
                f"service {one.name}", "fail", f"it fails again and again{fault}", "See the server's log."
            )
        elif one.state != "running":
            yield Check(f"service {one.name}", "warn", f"it is {one.state}{fault}", "It is started again.")
        else:
            yield Check(f"service {one.name}", "ok", "it runs")


def _database(app: App) -> Iterator[Check]:
    from tenfold.database import sqlite_file

    try:
        file = sqlite_file(app.database_url)
        if file is not None and not file.exists():  # opening it would create it
            yield Check("database", "off", f"{file} is not there yet; the first start makes it")
            return
        if file is not None and (bad := checks.network_disk(file)):
            yield bad
        database = app.open_database()
    except TenfoldError as reason:
        yield Check("database", "fail", str(reason))
        return
    try:
        yield from _tables(database)
    finally:
        database.close()


def _tables(database: "Database") -> Iterator[Check]:
    from tenfold.database import AnyDatabaseError
    from tenfold.database.examine import integrity, server_version, versions_of

    try:
        database.check()
        version, newest = versions_of(database)
        wrong = integrity(database)
        major = server_version(database)
    except (TenfoldError, AnyDatabaseError) as reason:
        cure = "Start it, or correct database_url; docs/how-to/back-up-and-upgrade.md says how to restore."
        yield Check("database", "fail", str(reason).splitlines()[0], cure)
        return
    kind = "SQLite" if database.sqlite else f"PostgreSQL {major}"
    if wrong:
        yield Check("database", "fail", f"its file is damaged: {wrong}", "Restore the last backup.")
    elif version != newest:
        words = f"{kind}; its tables are of version {version or 'none'}, and {newest} is the newest"
        yield Check(
            "database version", "off", words, "The next start upgrades them, and keeps a copy before."
        )
    elif major and major < _OLDEST_POSTGRESQL:
        yield Check("database", "warn", f"{kind} is older than 15", "Upgrade PostgreSQL.")
    else:
        yield Check("database", "ok", f"{kind}, whole; its tables are of version {version}")


def _model(app: App) -> Check:
    from tenfold import modelfile
    from tenfold.inference.trial import try_out
    from tenfold.models.registry import BUNDLED

    try:
        change = app.registry.live_change()
        if app.settings.model or change is None or app.registry.get(change.model_hash).file == BUNDLED:
            path = Path(modelfile.locate(app.settings.model or None))
            try_out(path)
            return Check("model", "ok", f"{path.name} answers")
        with app.registry.local_copy(change.model_hash) as copy:
            try_out(copy)
        return Check("model", "ok", f"the live model {change.model_hash[:12]} answers")
    except TenfoldError as reason:
        return Check("model", "fail", str(reason), "Make another one live: tenfold models.")


def _cameras(app: App) -> Iterator[Check]:
    rows = app.cameras.all()
    if not rows:
        yield Check("cameras", "off", "there are none")
    yield from (_camera(row) for row in rows)


def _camera(row: "CameraRow") -> Check:
    title, said = f"camera {row.name}", row.status or {}
    if away := _away(title, row, "no server watches it now"):
        return away
    if said.get("phase") != "running":
        fault = (said.get("last_fault") or {}).get("words", "")
        return Check(
            title, "warn", f"it does not send: {fault or said.get('phase')}", "See the page Cameras."
        )
    if problem := said.get("model_problem"):
        words = f"it sends, but its own model cannot be used: {problem}"
        return Check(title, "warn", words, "Give the camera another model.")
    return Check(title, "ok", "it sends")


def _stations(app: App) -> Iterator[Check]:
    rows = app.stations.all()
    if not rows:
        yield Check("stations", "off", "there are none")
    yield from (_station(row) for row in rows)


def _station(row: "StationRow") -> Check:
    from tenfold.line.stations.stations import failing

    title, said = f"station {row.name}", row.status or {}
    if away := _away(title, row, "no server runs it now"):
        return away
    why = "; ".join(failing(said))
    if (state := said.get("state", "starting")) != "ready":
        return Check(title, "warn", f"it releases nothing ({state}): {why}", "See the page Line.")
    if why:
        return Check(title, "warn", f"it is ready, but {why}", "See the page Line.")
    return Check(title, "ok", "it is ready")


def _away(title: str, row: "CameraRow | StationRow", words: str) -> Check | None:
    """The line for a camera or station that is paused or has no process; None where it has one."""
    from tenfold.database.claims import told_lately

    if row.paused_at is not None:
        return Check(title, "off", "paused")
    if not told_lately(row.status_at):
        return Check(title, "warn", words, "Start tenfold serve.")
    return None


def _destinations(app: App) -> Iterator[Check]:
    rows, counts = app.outbox.destinations(), app.outbox.counts()
    if not rows:
        yield Check("destinations", "off", "there are none")
    for row in rows:
        title, dead = f"destination {row.name}", counts.get(row.id, {}).get("dead", 0)
        if not row.enabled:
            yield Check(title, "off", "switched off")
        elif row.problem is not None:
            problem = str(row.problem.get("detail") or row.problem.get("problem") or "it refused")
            yield Check(
                title, "warn", f"the last message did not arrive: {problem}", "Send it a test message."
            )
        elif dead:
            yield Check(title, "warn", f"{dead} messages were given up", "Try them again, or discard them.")
        else:
            yield Check(title, "ok", "messages arrive, or none was sent yet")
