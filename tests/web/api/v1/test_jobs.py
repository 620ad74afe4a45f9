"""Jobs over HTTP, and events, from a real server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tenfold import settings
from tenfold.web import events
from tenfold.web.app import create_app
from tenfold.workflows.folders.scan_folder_job import SCAN_FOLDER, ScanFolderParams
from tests.fakes import FakeApp, FakeClassifier, submit
from tests.waiting import until
from tests.web.conftest import Running, Serve, start

LONG = 120.0


@pytest.fixture
def unfinished(tmp_path: Path) -> Path:
    """A folder with a file that never becomes whole: whoever looks through it waits until cancelled."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "empty.jpg").touch()
    return folder


def look(running: Running, folder: Path, **more: Any) -> str:
    params = ScanFolderParams(path=str(folder), owner=0, shared=True)
    return running.service.app.jobs.submit(SCAN_FOLDER, params, title="Look", by=0, **more).id


@contextmanager
def listening(running: Running) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events of a server, as they come."""
    with running.client.stream("GET", "/api/v1/events", timeout=LONG) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"

        def read() -> Iterator[tuple[str, Any]]:
            name = ""
            for line in answer.iter_lines():
                kind, _, value = line.partition(": ")
                if kind == "event":
                    name = value
                elif kind == "data":
                    yield name, json.loads(value)

        yield read()


@pytest.mark.slow
def test_jobs_are_listed_page_by_page_and_by_kind_and_state(running: Running) -> None:
    ids = [submit(running.service.app.jobs, "knit", f"{i}").id for i in range(3)]
    first = running.client.get("/api/v1/jobs", params={"limit": 2, "kind": "knit"}).json()
    assert [job["id"] for job in first["jobs"]] == [ids[2], ids[1]]
    assert first["next"] == ids[1]
    rest = {"limit": 2, "kind": "knit", "before": first["next"]}
    assert [job["id"] for job in running.client.get("/api/v1/jobs", params=rest).json()["jobs"]] == [ids[0]]
    assert running.client.get("/api/v1/jobs", params={"state": "done"}).json() == {"jobs": [], "next": None}


def test_a_failed_job_tells_why_in_the_shape_of_all_errors(running: Running) -> None:
    job = submit(running.service.app.jobs, "check-data", "Purl", rows=3)
    until(lambda: running.client.get(f"/api/v1/jobs/{job.id}").json()["state"] == "failed")
    told = running.client.get(f"/api/v1/jobs/{job.id}").json()
    assert (told["kind"], told["params"]) == ("check-data", None)
    assert told["problem"]["code"] == "job-error"
    assert told["problem"]["status"] == 409
    assert "'Purl' was submitted by another version of tenfold" in told["problem"]["detail"]


def test_a_job_of_an_unknown_kind_waits_in_the_list(running: Running, tmp_path: Path) -> None:
    job = submit(running.service.app.jobs, "purl", "Purl", rows=3)
    known = look(running, tmp_path / "missing")
    until(lambda: running.client.get(f"/api/v1/jobs/{known}").json()["ended_at"])
    (told,) = [one for one in running.client.get("/api/v1/jobs").json()["jobs"] if one["id"] == job.id]
    assert (told["kind"], told["params"], told["state"]) == ("unknown", None, "waiting")


def test_a_job_that_does_not_exist_is_not_found(running: Running) -> None:
    answer = running.client.get("/api/v1/jobs/0")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "Job 0 does not exist. tenfold jobs lists those that do."
    assert running.client.post("/api/v1/jobs/0/cancel").status_code == 404


def test_a_running_job_is_cancelled(running: Running, unfinished: Path) -> None:
    job = look(running, unfinished)
    until(lambda: running.client.get(f"/api/v1/jobs/{job}").json()["state"] == "running")
    assert running.client.post(f"/api/v1/jobs/{job}/cancel").json()["cancelling"]
    until(lambda: running.client.get(f"/api/v1/jobs/{job}").json()["state"] == "cancelled")


def test_whoever_listens_is_told_how_things_are_and_then_of_every_change(
    running: Running, unfinished: Path
) -> None:
    before = look(running, unfinished)
    with listening(running) as told:
        assert next(told)[0] == "catalogue"
        assert next(told) == ("model", {"hash": running.service.classifier.sha256})
        assert before in (job["id"] for name, job in told if name == "job")
        later = submit(running.service.app.jobs, "check-data", "Knit").id  # without its parameters
        states = []
        for name, job in told:
            if name == "job" and job["id"] == later:
                states.append(job["state"])
                if job["state"] == "failed":
                    break
        assert states in (
            ["waiting", "running", "failed"],
            ["waiting", "failed"],
            ["running", "failed"],
            ["failed"],
        )
    running.client.post(f"/api/v1/jobs/{before}/cancel")


@pytest.mark.slow
def test_another_entry_and_another_model_are_told(serve: Serve, tmp_path: Path) -> None:
    from PIL import Image

    running = serve()
    with listening(running) as told:
        version = next(told)[1]["version"]
        until(lambda: running.service.events._mark is not None)
        picture = tmp_path / "red.png"
        Image.new("RGB", (40, 40), "red").save(picture)
        running.service.app.ingest.add(picture.read_bytes(), name="red.png", source="api")
        assert next(one["version"] for name, one in told if name == "catalogue") > version
        other = FakeClassifier()
        other.sha256 = "0" * 64
        running.service.app.model_server.swap(other)
        assert next(one for name, one in told if name == "model" and one["hash"] == "0" * 64)


def test_more_listeners_than_fit_are_refused(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_LISTENERS_EACH", 1)
    running = serve()
    with listening(running) as told:
        next(told)
        refused = running.client.get("/api/v1/events")
        assert refused.status_code == 503
        assert "Close other windows of it." in refused.json()["detail"]
    # A place is free again when its listener has gone.
    until(lambda: not running.service.events._listeners)
    with listening(running) as told:
        assert next(told)[0] == "catalogue"


def test_a_server_that_stops_lets_its_listeners_go_at_once(tmp_path: Path) -> None:
    app = FakeApp(settings.load().model_copy(update={"home": tmp_path}))
    server, thread, port = start(create_app(app, page=tmp_path / "not-built"))
    begun, ended = threading.Event(), threading.Event()

    def listen() -> None:
        address = f"http://127.0.0.1:{port}/api/v1/events"
        with httpx.Client(trust_env=False, timeout=LONG) as client, client.stream("GET", address) as answer:
            for _ in answer.iter_lines():
                begun.set()
        ended.set()

    listener = threading.Thread(daemon=True, target=listen)
    listener.start()
    assert begun.wait(LONG)
    server.should_exit = True
    # Without being let go they would stay for as long as the server lets answers take.
    assert ended.wait(8)
    listener.join()
    thread.join()
    app.close()


def test_what_can_be_no_job_is_refused_before_it_is_looked_for(running: Running) -> None:
    for address in (
        "/api/v1/jobs/%00",
        "/api/v1/jobs?before=%00",
        "/api/v1/jobs?kind=%00",
        "/api/v1/jobs?limit=0",
    ):
        assert running.client.get(address).status_code == 422
