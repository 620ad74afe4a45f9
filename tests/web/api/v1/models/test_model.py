"""GET /api/v1/model and the health of the server."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tenfold.inference.server import Priority
from tests.fakes import INFO, LABELS
from tests.web.conftest import Running, Serve


def test_the_model_says_all_that_its_file_says(running: Running) -> None:
    answer = running.client.get("/api/v1/model").json()
    facts = INFO.to_dict()
    del facts["format_version"]
    assert {key: answer[key] for key in facts} == {**facts, "classes": list(facts["classes"])}
    assert (answer["bytes"], answer["sha256"]) == (1234, running.service.classifier.sha256)
    assert [c["label"] for c in answer["classes"]] == list(LABELS)
    assert answer["classes"][0]["names"]["uk"] == "червоний"


def test_the_names_of_classes_that_only_the_cameras_model_has_are_told_too(running: Running) -> None:
    others = running.client.get("/api/v1/model").json()["other_classes"]
    names = {one["label"]: one["names"] for one in others}
    assert names["person"]["uk"] == "людина"
    assert not names.keys() & set(LABELS)


def test_pictures_of_the_self_test_come_with_the_live_models_answers(running: Running) -> None:
    answer = running.client.get("/api/v1/model/self-test").json()
    assert answer["model"] == running.service.classifier.sha256
    assert len(answer["pictures"]) >= 4
    for one in answer["pictures"]:
        png = base64.b64decode(one["png"])
        sent = running.client.post("/api/v1/classify", content=png).json()
        (result,) = sent["results"]
        assert one["prediction"] == {**result["prediction"], "evidence": None}
    again = running.client.get("/api/v1/model/self-test").json()
    assert again == answer


def test_the_self_test_waits_its_turn_and_does_not_count_as_pictures_that_came(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serve()
    app = running.service.app
    asked, noted = list[Priority](), list[object]()
    submit = app.model_server.submit

    def submitted(*args: Any, priority: Priority, **more: Any) -> Any:
        asked.append(priority)
        return submit(*args, priority=priority, **more)

    monkeypatch.setattr(app.model_server, "submit", submitted)
    monkeypatch.setattr(app.drift, "note", lambda *said: noted.append(said))
    assert running.client.get("/api/v1/model/self-test").status_code == 200
    assert set(asked) == {Priority.HTTP}
    assert noted == []
    app.model_server.close()
    assert running.client.get("/api/v1/model/self-test").status_code == 503


def test_a_server_that_runs_is_alive_and_ready(running: Running) -> None:
    assert running.client.get("/healthz").json() == {"status": "ok"}
    ready = running.client.get("/readyz").json()
    assert ready["status"] == "ok"
    assert {one["name"]: (one["state"], one["fault"]) for one in ready["services"]} == {
        "live-model": ("running", None),
        "jobs": ("running", None),
        "waiting-pictures": ("running", None),
        "watched-folders": ("running", None),
        "cameras": ("running", None),
        "clips": ("running", None),
        "outbox": ("running", None),
        "corrections-data": ("running", None),
        "drift": ("running", None),
        "stations": ("running", None),
        "events": ("running", None),
    }


def test_a_server_that_cannot_use_the_live_model_says_so(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert running.client.get("/readyz").json()["notices"] == []
    monkeypatch.setattr(running.service.app.model_switch, "_problem", "The model file is gone.")
    assert running.client.get("/readyz").json()["notices"] == [
        {"code": "other-model", "text": "The live model cannot be used here; another one answers instead."}
    ]


def test_a_server_whose_database_file_is_not_there_is_not_ready(serve: Serve, tmp_path: Path) -> None:
    running = serve()
    file = running.service.app.database.file
    assert file is not None
    file.rename(tmp_path / "away")
    answer = running.client.get("/readyz")
    assert (answer.status_code, answer.json()["problem"]) == (503, "cannot be used")
    assert str(file) not in answer.text
    (tmp_path / "away").rename(file)
    assert running.client.get("/readyz").status_code == 200
