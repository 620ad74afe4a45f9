"""A server whose database is busy, and one whose service has a fault: what /readyz and the API say of it."""

import errno
import os
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from tenfold.cameras.address import parse
from tenfold.files import has_room
from tenfold.runtime import supervisor
from tenfold.runtime.supervisor import Periodic
from tenfold.web.api.v1 import health
from tenfold.workflows.watch_cameras.camera import CameraWatch
from tests.fakes import RED, picture
from tests.waiting import until
from tests.web.conftest import Running, Serve

LONG = 60.0


def state_of(running: Running, name: str) -> dict[str, Any]:
    services = running.client.get("/api/v1/system/services").json()
    found: dict[str, Any] = next(one for one in services if one["name"] == name)
    return found


def periodic(running: Running, name: str) -> Periodic:
    [service] = [one for one in running.service.supervisor._services if one.name == name]
    assert isinstance(service, Periodic)
    return service


class Locked:
    """Stands before a method and raises what a busy SQLite raises, while it is `on`."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self.method, self.on, self.refused = method, True, 0

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        if self.on:
            self.refused += 1
            raise OperationalError(
                "UPDATE a", {"b": "a secret"}, sqlite3.OperationalError("database is locked")
            )
        return self.method(*arguments, **more)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)


def test_a_camera_that_is_watched_is_told_with_its_last_fault(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))]
    runs = CameraWatch.run

    def run(watch: CameraWatch, stop: threading.Event) -> None:
        if faults:
            raise faults.pop()
        runs(watch, stop)

    monkeypatch.setattr(CameraWatch, "run", run)
    running = serve()
    name = f"camera-{running.service.app.cameras.add('phone', parse('browser:desk'), by=0).id}"
    running.service.app.watched_cameras.wake()
    until(lambda: state_of(running, name)["faults"], despite=(StopIteration,))
    until(lambda: state_of(running, name)["state"] == "running")
    assert "disk is full" in state_of(running, name)["words"]
    ready = running.client.get("/readyz")
    assert ready.status_code == 200
    [told] = [one for one in ready.json()["services"] if one["name"] == name]
    assert (told["state"], told["faults"], told["words"]) == ("running", 1, None)
    assert told["fault"]


@pytest.mark.slow
def test_a_locked_database_ends_no_service_for_good_and_readiness_says_so(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serve()
    service = periodic(running, "live-model")
    locked = Locked(service._do)
    monkeypatch.setattr(service, "_do", locked)
    until(lambda: running.client.get("/readyz").status_code == 503)
    problem = running.client.get("/readyz").json()
    assert "live-model: The database cannot be used" in problem["detail"]
    assert "a secret" not in str(problem)
    assert state_of(running, "live-model")["state"] == "failing"
    words = state_of(running, "live-model")["words"]
    assert words == "The database does not answer (database is locked). See that it runs; it is tried again."
    locked.on = False
    until(lambda: running.client.get("/readyz").status_code == 200)
    after = state_of(running, "live-model")
    assert (after["state"], after["fault"] is not None, after["faults"] >= 3) == ("running", True, True)


@pytest.mark.slow
def test_readiness_does_not_wait_for_a_silent_database(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_SECONDS_FOR_DATABASE", 0.5)
    running, answered = serve(), threading.Event()
    monkeypatch.setattr(running.service.app.database, "check", lambda: answered.wait(LONG))
    try:
        for _ in range(12):  # more than there are threads for reading
            answer = running.client.get("/readyz")
            assert (answer.status_code, answer.elapsed < timedelta(seconds=5)) == (503, True)
    finally:
        answered.set()


@pytest.mark.slow
def test_what_waits_is_classified_after_the_database_was_busy(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serve()
    service = periodic(running, "waiting-pictures")
    locked = Locked(service._do)
    monkeypatch.setattr(service, "_do", locked)
    # As another process would add it: nobody asks for a job.
    entry = running.service.app.ingest.add(picture(RED), name="red.png", source="api").entry
    service.wake()
    until(lambda: locked.refused > 3)
    assert running.service.app.search.get(entry.id, administrator=True).label is None
    locked.on = False
    until(lambda: running.service.app.search.get(entry.id, administrator=True).label == "red")


def test_whoever_watches_the_server_makes_it_write_once_in_some_seconds(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def counted(folder: Path) -> bool:
        written.append(folder)
        return has_room(folder)

    seconds = "tenfold.runtime.foundation._SECONDS_OF_ROOM"
    monkeypatch.setattr("tenfold.runtime.foundation.has_room", counted)
    monkeypatch.setattr(seconds, 3600.0)  # more than twenty requests take on a loaded machine
    running = serve()
    for _ in range(20):
        assert running.client.get("/readyz").status_code == 200
    assert len(written) == len(set(written)) > 0
    monkeypatch.setattr(seconds, 0.0)
    assert running.client.get("/readyz").status_code == 200
    assert len(written) == 2 * len(set(written))
