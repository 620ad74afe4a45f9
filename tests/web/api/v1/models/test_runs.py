"""Training runs over HTTP: looked at, begun, stopped, registered, deleted."""

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from PIL import Image

from tenfold.errors import TrainingError
from tenfold.jobs.leases import Leases
from tenfold.runs.lock import training_in
from tenfold.runs.run import Run
from tenfold.runs.stages import RunStage
from tests import tiny
from tests.runs import run_folders
from tests.web.conftest import Running, Serve

RUNS = "/api/v1/runs"


@pytest.fixture
def server(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Running:
    """A server that does no job, so that what is asked for stays asked for."""
    monkeypatch.setattr("tenfold.jobs.worker.Worker.poll", lambda worker, stop: None)
    return serve(threads=1)


@pytest.fixture
def folder(server: Running) -> Path:
    return server.service.app.train.runs


@pytest.fixture
def torch_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as can be seen without importing it; nothing here trains."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: find("json") if name == "torch" else find(name)
    )


def test_the_networks_come_with_their_sources(server: Running) -> None:
    networks = {one["name"]: one for one in server.client.get("/api/v1/networks").json()["networks"]}
    assert networks["default"]["epochs"] == 96
    assert networks["resnet-20"] == networks["resnet-20"] | {
        "source": "He et al. 2016 (arXiv 1512.03385)", "published": "91.25 %", "side": 32
    }  # fmt: skip


def test_runs_of_the_command_line_are_listed_with_their_figures(server: Running, folder: Path) -> None:
    assert server.client.get(RUNS).json() == {"runs": []}
    run_folders.make(folder / "one", done=3, epochs=4)
    run_folders.make_old(folder / "old")
    listed = {one["name"]: one for one in server.client.get(RUNS).json()["runs"]}
    one = listed["one"]
    assert (one["state"], one["epochs"], one["epochs_planned"], one["best_epoch"]) == ("stopped", 3, 4, 3)
    assert (one["model"], one["report"], one["job"], one["seconds_left"]) == (False, False, None, None)
    assert listed["old"]["state"] == "finished"


def test_a_run_has_its_curves_and_recipe(server: Running, folder: Path) -> None:
    run_folders.make(folder / "one", done=3, epochs=4)
    one = server.client.get(f"{RUNS}/one").json()
    assert one["epoch"] == [1, 2, 3]
    assert one["curves"]["loss"] == [1.5, 0.75, 0.5]
    assert set(one["curves"]) >= {"validation_accuracy", "validation_loss", "accuracy", "rate", "seconds"}
    assert one["recipe"]["optimiser"] == {"name": "adam", "rate": 0.001}
    assert (one["environment"]["device"], one["facts"]["training"], one["output"]) == ("cpu", 45_000, "")


@pytest.mark.usefixtures("torch_is_here")
def test_time_and_size_are_estimated_before_a_training(server: Running, folder: Path, tmp_path: Path) -> None:
    run_folders.make(folder / "one", network="sequential-4conv", model=True)
    data = tiny.folder(tiny.shades(60, classes=3), tmp_path / "pictures")
    asked = {"data": str(data), "network": "sequential-4conv", "epochs": 10}
    found = server.client.post(f"{RUNS}/estimate", json=asked).json()
    assert (found["epochs"], found["measured"], found["bytes"]) == (10, "run", tiny.MODEL.stat().st_size)
    # The run took 50 s for an epoch of 45,000 pictures.
    assert found["seconds"] == pytest.approx(10 * 50 * found["pictures"] / 45_000)
    missing = server.client.post(f"{RUNS}/estimate", json={"data": "/no/such/place"})
    assert (missing.status_code, missing.json()["code"]) == (422, "dataset-error")


def test_a_run_is_called_what_people_call_it(server: Running, folder: Path) -> None:
    run_folders.make(folder / "one")
    client = server.client
    assert client.get(f"{RUNS}/one").json()["title"] == ""
    named = client.patch(f"{RUNS}/one", json={"title": " Мій кіт "}).json()
    assert (named["name"], named["title"]) == ("one", "Мій кіт")
    assert client.get(RUNS).json()["runs"][0]["title"] == "Мій кіт"
    assert client.patch(f"{RUNS}/one", json={"title": "x" * 101}).status_code == 422
    assert client.patch(f"{RUNS}/one", json={"title": "a\nb"}).status_code == 422
    assert client.patch(f"{RUNS}/none", json={"title": "x"}).status_code == 404
    assert client.patch(f"{RUNS}/one", json={"title": ""}).json()["title"] == ""


def test_a_run_that_trains_now_says_so(server: Running, folder: Path) -> None:
    run_folders.make(folder / "one")
    with training_in(folder / "one"):
        assert server.client.get(f"{RUNS}/one").json()["state"] == "running"
        answer = server.client.delete(f"{RUNS}/one")
        assert (answer.status_code, answer.json()["problem"]) == (409, "is being trained in")
        answer = server.client.post(f"{RUNS}/one/stop")
        assert answer.json()["detail"] == (
            "The run one is not being trained by this server. Stop it with Ctrl-C where it was started."
        )


@pytest.mark.usefixtures("torch_is_here")
def test_training_is_asked_for_waits_is_stopped_and_deleted(
    server: Running, folder: Path, tmp_path: Path
) -> None:
    client = server.client
    asked = {"data": str(tmp_path), "network": "sequential-4conv", "epochs": 7, "name": "mine", "seed": 3}
    answer = client.post(RUNS, json=asked)
    assert answer.status_code == 202
    job = answer.json()
    name = job["params"]["run"]
    assert (job["kind"], job["state"], name[15:]) == ("train", "waiting", "-mine")
    [listed] = client.get(RUNS).json()["runs"]
    assert listed == listed | {
        "name": name, "state": "waiting", "network": "sequential-4conv", "epochs": 0, "epochs_planned": 7,
        "data": str(tmp_path), "job": job["id"],
    }  # fmt: skip
    assert client.get(f"{RUNS}/{name}").json()["recipe"]["seed"] == 3
    assert client.delete(f"{RUNS}/{name}").json()["cure"] == "Stop it first."
    assert client.post(f"{RUNS}/{name}/stop").json()["state"] == "cancelled"
    assert client.get(f"{RUNS}/{name}").json()["state"] == "stopped"
    again = client.post(f"{RUNS}/{name}/resume", json={"finish": True}).json()
    assert again["params"] == {"run": name, "finish": True}
    assert client.post(f"{RUNS}/{name}/resume").json()["id"] == again["id"], "once is enough"
    client.post(f"{RUNS}/{name}/stop")
    assert client.delete(f"{RUNS}/{name}").status_code == 204
    assert not (folder / name).exists()
    noted = [one.action for one in server.service.app.audit.latest()]
    assert noted[::-1] == [
        "training.begin", "training.stop", "training.resume", "training.resume", "training.stop",
        "training.delete",
    ]  # fmt: skip


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Few pictures, larger than what the default network sees."""
    for name in ("cat", "dog"):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (96, 96), (40 * number, 0, 0)).save(tmp_path / "mine" / name / f"{number}.png")
    return tmp_path / "mine"


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ({}, {"network": "efficientnet-lite0", "reason": "few-pictures", "pictures": 6}),
        ({"network": "resnet-20"}, {"network": "resnet-20", "reason": "named", "pictures": None}),
        ({"start_from": "bundled"}, {"network": "default", "reason": "default", "pictures": None}),
        ({"changes": {"options.widths": [6]}}, {"network": "default", "reason": "default", "pictures": None}),
        ({"data": "cifar10"}, {"network": "default", "reason": "default", "pictures": None}),
    ],
)
def test_the_network_is_chosen_by_the_pictures_where_none_is_named(
    server: Running,
    photographs: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, object],
    chosen: dict[str, object],
) -> None:
    monkeypatch.setattr("tenfold.workflows.train.choose_network.find_spec", lambda name: name)
    answer = server.client.post(f"{RUNS}/network", json={"data": str(photographs)} | asked)
    assert (answer.status_code, answer.json()) == (200, chosen)


@pytest.mark.usefixtures("torch_is_here")
def test_a_training_of_few_photographs_is_begun_with_the_network_that_suits_them(
    server: Running, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.workflows.train.choose_network.find_spec", lambda name: name)
    name = server.client.post(RUNS, json={"data": str(photographs)}).json()["params"]["run"]
    assert server.client.get(f"{RUNS}/{name}").json()["network"] == "efficientnet-lite0"
    noted = server.service.app.audit.latest()[0]
    assert (noted.action, noted.details["network"]) == ("training.begin", "efficientnet-lite0")
    monkeypatch.setattr("tenfold.workflows.train.choose_network.find_spec", lambda name: None)
    without = server.client.post(f"{RUNS}/network", json={"data": str(photographs)}).json()
    assert without == {"network": "default", "reason": "weights-missing", "pictures": 6}


@pytest.mark.usefixtures("torch_is_here")
def test_a_run_that_has_begun_does_not_wait_its_turn_and_says_what_it_does(
    server: Running, folder: Path, tmp_path: Path
) -> None:
    client, app = server.client, server.service.app
    name = client.post(RUNS, json={"data": str(tmp_path), "network": "default"}).json()["params"]["run"]
    assert client.get(f"{RUNS}/{name}").json()["state"] == "waiting"
    leases = Leases(app.database, serving=True)
    one = leases.claim(["train"])
    assert one is not None
    told = RunStage("epoch", 3, 30, 1, 96, 2.25, 0.2, 812.5, 4000.0)
    leases.progress(one, 0, 96, "epoch", asdict(told))
    Run(folder / name).stage_file.write_text(json.dumps(asdict(told)))
    expected = {
        "step": "epoch", "done": 3, "total": 30, "epoch": 1, "epochs": 96, "loss": 2.25, "accuracy": 0.2,
        "pictures_per_second": 812.5, "seconds_left": 4000.0,
    }  # fmt: skip
    [listed] = client.get(RUNS).json()["runs"]
    assert (listed["state"], listed["now"]) == ("running", expected)
    [job] = client.get("/api/v1/jobs").json()["jobs"]
    assert (job["state"], job["step"], job["training"]) == ("running", "epoch", expected)
    error = TrainingError(f"The training run {name}", "ended without a model", received="memory ran out")
    leases.end(one, "failed", error=error)
    [listed] = client.get(RUNS).json()["runs"]
    assert (listed["state"], listed["now"]) == ("failed", None)
    assert listed["problem"]["received"] == "memory ran out"
    assert client.get("/api/v1/jobs").json()["jobs"][0]["training"] is None


@pytest.mark.usefixtures("torch_is_here")
@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"network": "os:system"}, 409, "The network 'os:system' is not known"),
        ({"data": "/no/such/place"}, 409, "The data '/no/such/place' are not there. Check the path."),
        ({"start_from": "0" * 64}, 404, f"The run {'0' * 64!r} does not exist"),
        ({"epochs": 0}, 422, "epochs has a value that cannot be used"),
        ({"changes": {"options": {"weights": "/etc/passwd"}}}, 422, "changes.options"),
        ({"changes": {"stopping.keep": "all"}}, 409, "The recipe with stopping.keep cannot be used"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    server: Running, folder: Path, asked: dict[str, object], status: int, words: str
) -> None:
    answer = server.client.post(RUNS, json=asked)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(words)
    assert server.client.get(RUNS).json() == {"runs": []}


def test_without_the_extra_the_one_command_is_told(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else find(name))
    answer = server.client.post(RUNS, json={})
    assert (answer.status_code, answer.json()["code"]) == (501, "missing-extra")
    assert answer.json()["cure"] == 'Install it with: pip install "tenfold[train]"'


def test_a_run_s_model_is_registered(server: Running, folder: Path) -> None:
    run_folders.make(folder / "one", model=True)
    run_folders.make(folder / "two")
    assert server.client.get(f"{RUNS}/one").json()["registered"] is None
    model = server.client.post(f"{RUNS}/one/register").json()
    assert (model["name"], model["origin"], model["run"], model["live"]) == ("tiny", "run", "one", False)
    assert server.client.get(f"{RUNS}/one").json()["registered"] == model["hash"]
    answer = server.client.post(f"{RUNS}/two/register")
    assert (answer.status_code, answer.json()["problem"]) == (409, "has no model file")
    (folder / "two" / "model.onnx").write_bytes(tiny.MODEL.read_bytes()[:-9])
    answer = server.client.post(f"{RUNS}/two/register")
    assert (answer.status_code, answer.json()["code"]) == (422, "model-file-error")


def test_a_report_is_shut_off_from_everything_else(server: Running, folder: Path) -> None:
    one = run_folders.make(folder / "one")
    assert server.client.get(f"{RUNS}/one/report").json()["problem"] == "has no report"
    (one / "report.html").write_text("<!doctype html><script>1</script>")
    answer = server.client.get(f"{RUNS}/one/report")
    assert answer.headers["content-type"].startswith("text/html")
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
    )
    assert "allow-same-origin" not in policy["sandbox"]
    assert policy["default-src"] == "'none'"
    assert "connect-src" not in policy
    assert policy["form-action"] == "'none'"
    assert answer.text == "<!doctype html><script>1</script>"


@pytest.mark.slow
@pytest.mark.parametrize("place", ["", "/report", "/stop", "/resume", "/register"])
@pytest.mark.usefixtures("torch_is_here")
def test_an_unknown_run_is_not_found(server: Running, place: str) -> None:
    for name in ("none", "..%2f..%2fetc", "%00"):
        send = server.client.get if place in ("", "/report") else server.client.post
        assert send(f"{RUNS}/{name}{place}").status_code == 404, name


def test_the_curves_of_a_run_are_drawn_in_the_language_of_the_page(server: Running, folder: Path) -> None:
    run_folders.make(folder / "one", done=3, epochs=4)
    drawn = {
        language: server.client.get(
            "/api/v1/run-curves", params={"name": "one", "figure": "accuracy", "language": language}
        ).json()
        for language in ("en", "uk", "ru")
    }
    assert [drawn[code]["title"] for code in ("en", "uk", "ru")] == ["Accuracy", "Точність", "Точность"]
    assert drawn["uk"]["legend"] == [
        {"style": "second", "name": "навчання"},
        {"style": "first", "name": "валідація"},
    ]
    assert 'class="tick">50 %</text>' in drawn["en"]["svg"]
    assert "епоха 3: навчання 87,02\xa0%, валідація 85,02\xa0%" in drawn["uk"]["svg"]
    assert "эпоха 3: обучение 87,02\xa0%, валидация 85,02\xa0%" in drawn["ru"]["svg"]


def test_the_curves_of_several_runs_lie_in_one_drawing(server: Running, folder: Path) -> None:
    for name in ("one", "two", "three"):
        run_folders.make(folder / name, done=3, epochs=4)
    for name in ("one", "two"):
        server.client.patch(f"{RUNS}/{name}", json={"title": "<b>same"})
    server.client.patch(f"{RUNS}/three", json={"title": "<b>other"})
    asked = {"name": ["one", "two", "three"], "figure": "validation_loss"}
    drawn = server.client.get("/api/v1/run-curves", params=asked).json()
    assert drawn["title"] == "Loss, validation"
    assert drawn["legend"] == [
        {"style": f"m{place}", "name": name} for place, name in enumerate(("one", "two", "<b>other"), 1)
    ]
    assert "<b>" not in drawn["svg"]


@pytest.mark.slow
def test_a_run_without_figures_has_no_curves(server: Running, folder: Path) -> None:
    (folder / "empty").mkdir(parents=True)
    asked = {"name": "empty", "figure": "loss"}
    assert server.client.get("/api/v1/run-curves", params=asked).json() is None
    missing = server.client.get("/api/v1/run-curves", params=asked | {"name": "nothing"})
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown-run")
