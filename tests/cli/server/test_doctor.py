"""tenfold doctor: its lines and its exit status."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tenfold.cameras.address import parse
from tenfold.cameras.tables import CameraRow
from tenfold.cli import run
from tenfold.database import now
from tenfold.errors import LineError, ModelFileError
from tenfold.line.plc.mqtt_broker import Broker
from tenfold.line.stations.tables import StationRow
from tenfold.runtime import App


def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, Any]]]:
    capsys.readouterr()
    status = run(["doctor", "--json"])
    return status, {one["name"]: one for one in json.loads(capsys.readouterr().out)}


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_PORT", "1")


def test_a_new_home_has_nothing_wrong_and_stays_empty(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = doctor(capsys)
    assert status == 0
    assert found["database"]["state"] == "off"
    assert found["services"]["state"] == "off"
    assert list(own_home.iterdir()) == []


@pytest.mark.parametrize("form", ["sqlite+pysqlite:///{}", "sqlite:///{}?timeout=5"])
def test_a_database_that_a_url_names_in_another_way_is_found_and_not_made(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "named.db"
    monkeypatch.setenv("TENFOLD_DATABASE_URL", form.format(file))
    assert doctor(capsys)[1]["database"]["state"] == "off"
    assert not file.exists()
    with App() as app:
        app.database.check()
    assert doctor(capsys)[1]["database"]["state"] == "ok"


def test_a_password_file_without_a_database_url_is_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TENFOLD_DATABASE_PASSWORD_FILE", str(tmp_path / "none"))
    with App() as app:
        app.database.check()
    assert doctor(capsys)[1]["database"]["state"] == "ok"


def test_a_home_in_use_is_ok_and_its_parts_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    with App() as app:
        app.cameras.add("yard", parse("rtsp://127.0.0.1:1/yard"), by=0)
    status, found = doctor(capsys)
    assert status == 0
    assert found["database"]["state"] == "ok"
    assert found["model"]["state"] == "ok"
    assert found["camera yard"]["state"] == "warn"
    assert found["camera yard"]["cure"]


def test_what_a_camera_and_a_station_told_is_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    missing = LineError("The station", "has no recipe", reason="recipe-missing")
    damaged = ModelFileError("The file", "is damaged", reason="model-damaged")
    camera = {"kind": "usb", "target": "0", "user": "", "password": ""}
    away = Broker("plant.example", "plant", "exit").away()
    told: dict[str, dict[str, Any]] = {
        "gate": {"state": "held", "holds": ["challenge"]},
        "exit": {"state": "ready", "output_problems": [away.facts()]},
        "press": {"state": "fault", "faults": ["recipe"], "recipe_problem": missing.facts()},
        "door": {"state": "ready", "faults": [], "holds": [], "output_problems": []},
    }
    with App() as app:
        app.cameras.add("yard", parse("rtsp://127.0.0.1:1/yard"), by=0)
        rows = {name: app.stations.add(name, camera, by=0) for name in told}
        old = app.stations.add("old", camera, by=0)
        paused = app.stations.add("paused", camera, by=0)
        app.stations.pause(paused.id)
        with app.database.writing() as session:
            said = {"phase": "running", "model_problem": damaged.facts()}
            told_now = {"worker": "a server", "status_at": now()}
            session.execute(update(CameraRow).values(status=said, **told_now))
            for name, one in told.items():
                own = StationRow.id == rows[name].id
                session.execute(update(StationRow).where(own).values(status=one, **told_now))
            stopped = {"status": told["door"], "worker": None, "status_at": now()}
            session.execute(update(StationRow).where(StationRow.id == old.id).values(stopped))
    status, found = doctor(capsys)
    assert status == 0
    states = {name.split()[1]: one["state"] for name, one in found.items() if name.startswith("station ")}
    assert states == {
        "gate": "warn",
        "exit": "warn",
        "press": "warn",
        "door": "ok",
        "old": "warn",
        "paused": "off",
    }
    assert found["station gate"]["code"] == "station-held"
    assert found["station gate"]["why"] == [{"code": "challenge", "words": "challenge parts are due"}]
    assert found["station gate"]["words"] == "it releases nothing: challenge parts are due"
    assert found["station gate"]["cure"] == "See the page Line."
    assert str(away).rstrip(".") in found["station exit"]["words"]
    assert found["station exit"]["why"][0]["code"] == "broker-away"
    reasons = "The station has no recipe; there is no approved recipe"
    assert found["station press"]["words"] == f"it rejects every part: {reasons}"
    assert found["station old"]["words"] == "it does not run now"
    assert found["camera yard"]["state"] == "warn"
    assert found["camera yard"]["code"] == "camera-model"
    assert "The file is damaged" in found["camera yard"]["words"]
    capsys.readouterr()
    assert run(["station", "list", "--json"]) == 0
    listed = {one["name"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert listed["gate"]["why"] == "challenge parts are due"
    assert listed["press"]["why"] == reasons
    assert listed["exit"]["why"] == str(away).rstrip(".")
    assert {name: one["state"] for name, one in listed.items()} == {
        "gate": "held",
        "exit": "ready",
        "press": "fault",
        "door": "ready",
        "old": "off",
        "paused": "paused",
    }


def test_a_damaged_database_fails(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with App() as app:
        file = app.database.file
    assert file is not None
    sqlite3.connect(file).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    file.write_bytes(content)
    status, found = doctor(capsys)
    assert status == 1
    assert found["database"]["state"] == "fail"
    assert found["model"]["state"] == "off"


def test_a_database_of_a_newer_tenfold_fails_and_names_the_version(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with App() as app:
        file = app.database.file
    assert file is not None
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    status, found = doctor(capsys)
    assert status == 1
    assert "9999" in found["database"]["words"]
    assert [one["code"] for one in found["database"]["why"]] == ["database-newer"]


def test_a_database_that_does_not_answer_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TENFOLD_DATABASE_URL", "postgresql://x:secret@127.0.0.1:1/x")
    status, found = doctor(capsys)
    assert status == 1
    assert found["database"]["state"] == "fail"
    assert [one["code"] for one in found["database"]["why"]] == ["database-away"]
    assert "secret" not in json.dumps(found)


def test_people_read_a_line_for_each_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok    folder home: ")
    assert "off   services: no tenfold answers" in "\n".join(lines)
    assert "      Run tenfold serve." in lines
