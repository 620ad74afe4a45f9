"""Training on corrections over HTTP: what is missing, what was tried, and making it live."""

import json
from pathlib import Path
from typing import Any

import pytest

from tenfold.models.improvements import EVALUATED, Improvements
from tenfold.models.tables import Improvement
from tenfold.runtime import App
from tests import tiny
from tests.fakes import FakeClassifier, looked_at, picture, submit
from tests.runs import run_folders
from tests.web.conftest import Running, Serve
from tests.web.signed_in import staff

AT = "/api/v1/improvements"
SHARE = {"accuracy": 0.5, "low": 0.3, "high": 0.7}
BESIDE = {
    "pictures": 20, "old": SHARE, "new": SHARE, "difference": 0.0, "low": -0.2, "high": 0.2, "p": 1.0,
    "only_old_right": 2, "only_new_right": 2,
}  # fmt: skip
JUDGEMENT = {
    "verdict": "no-difference", "why": "not-told", "margin": 0.01,
    "sentence": "No difference can be told on corrections.",
    "held_out": BESIDE, "own_test": None,
    "by_class": [{"label": "red", "pictures": 20, "old": 10, "new": 10}],
    "none_of_these": {"pictures": 0, "old": 0, "new": 0},
}  # fmt: skip


@pytest.fixture
def server(serve: Serve) -> Running:
    return serve(FakeClassifier())


def begun(app: App, base: str, options: dict[str, Any]) -> Improvement:
    with app.database.writing() as session:
        return app.improve.improvements.begin(session, "0", base, 0, options)


def test_what_is_missing_is_told_and_refused(server: Running) -> None:
    client, app = server.client, server.service.app
    ready = client.get(f"{AT}/ready").json()
    assert (ready["corrected"], ready["ready"], ready["least"]) == (0, False, 10)
    assert ready["quick_reason"] == "0 corrected pictures of classes that can be learned, and it takes 10"
    assert (ready["quick_code"], ready["counted"], ready["own_data"]) == ("too-few", 0, False)
    assert (ready["code"], ready["sampled"]) == ("frozen", True)
    assert (ready["own_code"], ready["least_apart"]) == ("missing", 5)
    assert (ready["epochs"], ready["seconds_per_epoch"]) == (4, None)
    entries = [app.ingest.add(picture((200, n, n)), name=f"{n}", source="upload").entry.id for n in range(30)]
    app.actions.do("correct", entries, label="cat")
    looked_at(app.database)
    ready = client.get(f"{AT}/ready").json()
    assert ready["per_class"] == {"cat": 30}
    assert 0 < ready["held_out"] < 15
    assert ready["quick_code"] == ""
    answer = client.post(AT, json={"deep": True})
    assert answer.status_code in (409, 422)
    assert answer.json()["code"] == "training-error"
    assert client.get(AT).json() == {"improvements": []}


def test_a_judged_model_goes_live_by_winning_or_insisting_alone(server: Running) -> None:
    client, app = server.client, server.service.app
    base = app.registry.live()
    model = app.registry.register(tiny.MODEL).hash
    table = Improvements(app.database)
    one = begun(app, base, {"with_own_data": False, "epochs": 2, "own_source": ""})
    table.set(one.id, state=EVALUATED, verdict="no-difference", comparison=JUDGEMENT, model_hash=model)
    told = client.get(f"{AT}/{one.id}").json()
    assert (told["state"], told["verdict"], told["live"], told["base"]) == (
        "evaluated", "no-difference", False, base
    )  # fmt: skip
    assert told["comparison"]["held_out"]["pictures"] == 20
    assert [row["id"] for row in client.get(AT).json()["improvements"]] == [one.id]

    refused = client.post(f"{AT}/{one.id}/live", json={"insist": False})
    assert refused.status_code == 409
    assert refused.json()["detail"] == (
        f"The model of improvement {one.id} did not win (no-difference). Insist to use it anyway."
    )
    assert app.registry.live() == base
    answer = client.post(f"{AT}/{one.id}/live", json={"insist": True}).json()
    assert answer == {"model": model, "previous": base, "reason": "insisted"}
    assert client.get(f"{AT}/{one.id}").json()["live"] is True
    assert app.audit is not None

    # One that won against a model that is not live any more did not win against this one.
    table.set(one.id, verdict="better")
    other = begun(app, "f" * 64, dict(one.options))
    table.set(other.id, state=EVALUATED, verdict="better", comparison=JUDGEMENT, model_hash=base)
    refused = client.post(f"{AT}/{other.id}/live")
    assert refused.status_code == 409
    assert "won against a model that is not live any more" in refused.json()["detail"]


def test_the_last_attempt_tells_how_long_another_takes(server: Running) -> None:
    app = server.service.app
    run_folders.make(app.home.runs / "improvement-9", done=3)
    one = begun(app, app.registry.live(), {"with_own_data": False, "epochs": 2, "own_source": ""})
    Improvements(app.database).set(one.id, run="improvement-9")
    ready = server.client.get(f"{AT}/ready").json()
    assert ready["seconds_per_epoch"] == 50, "its three epochs took 150 s"


def test_one_whose_job_was_cancelled_while_it_waited_is_stopped(server: Running) -> None:
    app = server.service.app
    one = begun(app, "a" * 64, {"with_own_data": True, "epochs": 4})
    job = submit(app.jobs, "nobody does this", "Waits")
    app.improve.improvements.set(one.id, job_id=job.id)
    app.jobs.cancel(job.id)
    app.jobs.wait(job.id, timeout=30)
    told = server.client.get(f"{AT}/{one.id}").json()
    assert told["state"] in ("stopped", "failed")


@pytest.mark.slow
def test_an_attempt_that_does_not_exist_is_not_found(server: Running) -> None:
    answer = server.client.get(f"{AT}/77")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-improvement")


def test_what_a_training_on_corrections_learns_from_is_for_administrators(
    serve: Serve, tmp_path: Path
) -> None:
    with staff(serve) as staffed:
        app = staffed.running.service.app
        learned = app.home.improvements / "7"
        for label in ("red", "grandma"):
            (learned / label).mkdir(parents=True)
            for number in range(3):
                (learned / label / f"{number}.png").write_bytes(picture((9 * number, 0, 0)))
        run = app.home.runs / "improvement-7"
        run.mkdir(parents=True)
        (run / "data.json").write_text(json.dumps({"source": str(learned)}))
        seen = {
            name: [one["id"] for one in client.get("/api/v1/data").json()["sets"]]
            for name, client in (("ann", staffed.ann), ("olga", staffed.olga), ("vic", staffed.vic))
        }
        assert seen["olga"] == seen["vic"] == ["cifar10"]
        [_, private] = seen["ann"]
        for client in (staffed.olga, staffed.vic):
            for path in ("", "/pictures", "/pictures/0", "/check", "/check/page"):
                assert client.get(f"/api/v1/data/{private}{path}").status_code == 404
        assert staffed.olga.post(f"/api/v1/data/{private}/check").status_code == 404
        # Also by a path that leads to the home in another way.
        (tmp_path / "link").symlink_to(app.home.folder)
        linked = tmp_path / "link" / "improvements" / "7"
        (run / "data.json").write_text(json.dumps({"source": str(linked)}))
        assert [one["id"] for one in staffed.vic.get("/api/v1/data").json()["sets"]] == ["cifar10"]


def test_classes_of_private_pictures_are_named_to_administrators_alone(serve: Serve) -> None:
    with staff(serve) as staffed:
        app = staffed.running.service.app
        entries = [
            app.ingest.add(picture((n, 0, 0)), name=f"{n}", source="upload").entry.id for n in range(9)
        ]
        app.actions.do("correct", entries[:4], label="grandma")
        app.actions.do("correct", entries[4:], label="red")
        looked_at(app.database)
        one = begun(app, app.registry.live(), {"with_own_data": False, "epochs": 1})
        app.improve.improvements.set(
            one.id, state=EVALUATED, counts={"left_out": {"grandma": 4}, "new_classes": ["grandma"]}
        )
        assert staffed.ann.get(f"{AT}/ready").json()["per_class"] == {"grandma": 4, "red": 5}
        assert "grandma" in staffed.ann.get(AT).text
        for client in (staffed.olga, staffed.vic):
            assert client.get(f"{AT}/ready").json()["per_class"] == {"red": 5}
            for path in ("/ready", "", f"/{one.id}"):
                assert "grandma" not in client.get(f"{AT}{path}").text
