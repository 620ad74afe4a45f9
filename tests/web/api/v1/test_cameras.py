"""Cameras and their events over HTTP: roles, filters, corrections, exports; no answer holds a password."""

import csv
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from tenfold.cameras import sources
from tenfold.cameras.address import parse
from tenfold.cameras.cameras import KEEP_DAYS
from tenfold.cameras.tables import ENDED
from tests import tiny
from tests.cameras.events import NOON, seen
from tests.fakes import RED, picture
from tests.waiting import until
from tests.web.conftest import Running, Serve
from tests.web.signed_in import Staffed

SECRET = "s3cret"
DEAD = {"source": f"rtsp://ann:{SECRET}@127.0.0.1:9/live", "untested": True}


@pytest.fixture
def door(running: Running) -> Iterator[int]:
    """A camera that is away."""
    added = running.client.post("/api/v1/cameras", json={"name": "door", **DEAD})
    assert added.status_code == 201, added.text
    yield added.json()["id"]
    running.client.delete(f"/api/v1/cameras/{added.json()['id']}")


def kept(running: Running, camera: int, start: datetime = NOON, **values: Any) -> int:
    """The number of a new event, with a picture in the catalogue."""
    app = running.service.app
    entry = app.ingest.add(picture(RED), name="door.jpg", source="camera").entry
    usual = {"label": "red", "zones": ["=gate"], "entry_id": entry.id}
    row = app.camera_events.open(camera, **seen(start, **(usual | values)))
    app.camera_events.change(row.id, "ended")
    assert app.camera_events.get(row.id).state == ENDED
    return row.id


def test_a_camera_is_added_changed_paused_and_removed_and_no_answer_holds_its_password(
    running: Running, door: int
) -> None:
    client, url = running.client, f"/api/v1/cameras/{door}"
    zone = {"name": "gate", "corners": [[0, 0], [1, 0], [1, 1]]}
    answers = [
        client.get("/api/v1/cameras"),
        client.get(url),
        client.patch(url, json={"zones": [zone], "keep_days": 7}),
        client.patch(url, json={"password": SECRET + "2"}),
        client.post(f"{url}/pause"),
        client.post(f"{url}/pause?on=false"),
        client.patch(url, json={"source": [f"rtsp://ann:{SECRET}@host"]}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 6 + [422]
    assert SECRET not in "".join(answer.text for answer in answers)
    assert answers[2].json()["zones"] == [zone]
    assert answers[2].json()["address"] == "rtsp://127.0.0.1:9/live"
    assert answers[4].json()["state"]["phase"] == "paused"
    row = running.service.app.cameras.get(door)
    assert (row.user, row.password, row.keep_days) == ("ann", SECRET + "2", 7)


def test_how_long_a_cameras_clips_are_kept_is_set_by_class_too_within_bounds(
    running: Running, door: int
) -> None:
    client, url = running.client, f"/api/v1/cameras/{door}"
    usual = client.get(url).json()
    assert (usual["keep_days"], usual["keep_days_of"]) == (KEEP_DAYS, {})
    assert (usual["keep_bytes"], usual["keep_bytes_of"]) == (0, {})
    limits = {"keep_days_of": {"person": 1.0}, "keep_bytes": 20, "keep_bytes_of": {"person": 10**15, "": 1}}
    changed = client.patch(url, json=limits).json()
    assert {name: changed[name] for name in limits} == limits
    assert client.patch(url, json={"keep_bytes_of": {}}).json()["keep_bytes_of"] == {}
    for wrong in ({"person": 0}, {"person": 10**15 + 1}, {"person": "much"}, {"x" * 101: 1}, {"\x00": 1}):
        assert client.patch(url, json={"keep_bytes_of": wrong}).status_code == 422
    assert client.get(url).json()["keep_bytes_of"] == {}


def test_a_camera_has_a_model_of_its_own_or_the_default(running: Running, door: int, tmp_path: Path) -> None:
    client, url, app = running.client, f"/api/v1/cameras/{door}", running.service.app
    key = app.registry.register(tiny.variant(tmp_path / "doors.onnx", name="doors")).hash
    usual = client.get(url).json()
    chosen = client.patch(url, json={"model_hash": key}).json()
    assert (usual["model_hash"], usual["model"]) == ("", app.camera_models.default_name)
    assert (chosen["model_hash"], chosen["model"]) == (key, "doors")
    refused = client.delete(f"/api/v1/models/{key}")
    assert (refused.status_code, refused.json()["reason"]) == (409, "model-used")
    unknown = client.patch(url, json={"model_hash": "f" * 64})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-model")
    event = kept(running, door, model_hash=key)
    assert client.get(f"/api/v1/camera-events/{event}").json()["model"] == "doors"
    assert [one["model"] for one in client.get("/api/v1/camera-events").json() if one["id"] == event] == [
        "doors"
    ]
    assert client.patch(url, json={"model_hash": ""}).json()["model"] == usual["model"]
    assert client.get("/api/v1/models").json()["cameras"] == app.camera_models.default_hash
    assert client.delete(f"/api/v1/models/{key}").status_code == 204
    added = {"name": "yard", **DEAD, "model_hash": key}
    assert client.post("/api/v1/cameras", json=added).status_code == 404


def test_a_camera_is_tried_before_it_is_added(running: Running) -> None:
    refused = running.client.post("/api/v1/cameras", json={"name": "x", **DEAD, "untested": False})
    assert (refused.status_code, refused.json()["reason"]) == (422, "refused")
    tried = running.client.post("/api/v1/cameras/test", json={"source": DEAD["source"]})
    assert (tried.status_code, tried.json()["code"]) == (422, "camera-error")
    assert SECRET not in refused.text + tried.text


def test_of_a_camera_that_is_away_the_state_is_told(running: Running, door: int) -> None:
    give_up = time.monotonic() + 20
    while not (state := running.client.get(f"/api/v1/cameras/{door}").json()["state"])["faults"]:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    assert state["faults"][0]["code"] == "refused"
    assert (state["last_frame_age"], state["stale"]) == (None, True)
    assert running.client.get(f"/api/v1/cameras/{door}/picture").status_code == 204


@pytest.mark.slow
def test_events_are_found_counted_acknowledged_and_exported(running: Running, door: int) -> None:
    client, url = running.client, "/api/v1/camera-events"
    first = kept(running, door)
    second = kept(running, door, NOON + timedelta(hours=2), label="", zones=[])

    def found(**asked: Any) -> list[int]:
        answer = client.get(url, params={"camera": door, **asked})
        assert answer.status_code == 200, answer.text
        return [event["id"] for event in answer.json()]

    assert found() == [second, first]
    assert (found(label="red"), found(label=""), found(zone="=gate")) == ([first], [second], [first])
    assert found(since=(NOON + timedelta(hours=1)).isoformat()) == [second]
    assert client.post(f"{url}/acknowledge", json={"events": [first]}).json() == {"acknowledged": 1}
    assert found(acknowledged=True) == [first]
    counts = client.get(f"{url}/counts", params={"camera": door}).json()
    assert [(one["hour"], one["label"], one["count"]) for one in counts] == [
        ("2026-03-01T12:00:00Z", "red", 1),
        ("2026-03-01T14:00:00Z", "", 1),
    ]
    text = client.get(f"{url}/export.csv", params={"camera": door}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert [(row["id"], row["camera"], row["class"], row["zones"]) for row in rows] == [
        (str(second), "door", "", ""),
        (str(first), "door", "red", "'=gate"),
    ]
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="needs the parquet extra: pip install 'tenfold[parquet]'"
    )
    table = parquet.read_table(BytesIO(client.get(f"{url}/export.parquet", params={"camera": door}).content))
    assert table.column("id").to_pylist() == [second, first]


def test_what_a_person_says_of_an_event_teaches(running: Running, door: int) -> None:
    event = kept(running, door)
    answer = running.client.post(f"/api/v1/camera-events/{event}/correct", json={"label": "green"})
    assert (answer.status_code, answer.json()["corrected_label"]) == (200, "green"), answer.text
    (entry,) = running.service.app.ingest.entries([answer.json()["entry_id"]])
    assert entry.corrected_label == "green"


def test_a_clip_is_served_in_parts(running: Running, door: int) -> None:
    app = running.service.app
    # The camera's watch ends the clips that an earlier one left, once it runs.
    app.clips.begin(door, "events", NOON)
    until(lambda: not app.clips.unfinished(door))
    row = app.clips.begin(door, "events", NOON)
    missing = running.client.get(f"/api/v1/clips/{row.id}.mp4")
    app.clips.written_to(row).write_bytes(content := bytes(range(100)))

    def get(asked: str, **headers: str) -> httpx.Response:
        return running.client.get(f"/api/v1/clips/{row.id}.mp4", headers={"Range": asked, **headers})

    assert missing.status_code == 404
    for _ in range(2):  # while it is written, and where it is stored
        whole = running.client.get(f"/api/v1/clips/{row.id}.mp4")
        assert (whole.status_code, whole.content, whole.headers["content-type"]) == (
            200,
            content,
            "video/mp4",
        )
        for asked, start, end in (("10-19", 10, 20), ("90-", 90, 100), ("-5", 95, 100), ("98-500", 98, 100)):
            part = get(f"bytes={asked}", **{"If-Range": whole.headers["etag"]})
            assert (part.status_code, part.content) == (206, content[start:end])
            assert part.headers["content-range"] == f"bytes {start}-{end - 1}/100"
        assert get("bytes=10-19", **{"If-Range": '"another"'}).content == content
        for asked in ("bytes=1-2,4-5", "bytes=-", "pages=1-2", "bytes=a-b"):  # all of it may be sent
            assert (get(asked).status_code, get(asked).content) == (200, content)
        beyond = get("bytes=100-")
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */100")
        app.clips.store(row.id)
    assert app.clips.get(row.id).state == "whole"
    assert running.client.get("/api/v1/clips", params={"camera": door}).json()[0]["id"] == row.id


def test_viewers_look_operators_correct_and_administrators_set_up(staffed: Staffed) -> None:
    running = staffed.running
    camera = running.service.app.cameras.add("yard", parse("rtsp://127.0.0.1:9/live"), by=0)
    event = kept(running, camera.id)
    asked: list[tuple[str, str, Any]] = [
        ("GET", "/api/v1/cameras", None),
        ("POST", "/api/v1/camera-events/acknowledge", {"events": [event]}),
        ("POST", f"/api/v1/cameras/{camera.id}/pause", None),
    ]

    def statuses(who: httpx.Client) -> list[int]:
        return [who.request(method, path, json=body).status_code for method, path, body in asked]

    assert statuses(staffed.stranger) == [401, 401, 401]
    assert statuses(staffed.vic) == [200, 403, 403]
    assert statuses(staffed.olga) == [200, 200, 403]
    assert statuses(staffed.ann) == [200, 200, 200]


def test_a_server_without_the_extra_starts_and_says_what_to_install(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        return None

    monkeypatch.setattr(sources, "find_spec", missing)
    answer = serve().client.post("/api/v1/cameras/test", json={"source": "usb:0"})
    assert (answer.status_code, answer.json()["code"]) == (501, "missing-extra")
    assert 'pip install "tenfold[cameras]"' in answer.json()["cure"]
