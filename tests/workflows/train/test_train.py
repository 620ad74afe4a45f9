"""Training in the background: started, watched, stopped and resumed; it ends with the server."""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tenfold import settings
from tenfold.errors import MissingExtra, TrainingError, UnknownRun
from tenfold.jobs import CANCELLED, DONE, FAILED, Jobs
from tenfold.paths import Home
from tenfold.runs.lock import is_training
from tenfold.runs.run import Run
from tenfold.runs.stages import RunStage
from tenfold.runtime import App
from tenfold.server_files import ServerFiles
from tenfold.workflows.train.train_job import Train, TrainingRequest
from tests import tiny
from tests.fakes import FakeApp, LocalRegistry
from tests.paths import ROOT
from tests.runs import run_folders
from tests.shortcuts.tables import new_database
from tests.waiting import until

NOW = datetime(2026, 11, 21, 14, 5, 9)
# Ends in moments with so narrow a network, but not before it can be stopped.
LONG = 400


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return tiny.folder(tiny.shades(60, classes=3), tmp_path / "pictures")


@pytest.fixture
def training(tmp_path: Path) -> Iterator[Train]:
    """Where nobody runs its jobs."""
    database = new_database(tmp_path / "tenfold.db")
    yield Train(
        LocalRegistry(database, tmp_path), Jobs(database, {}), Home(tmp_path), tmp_path, ServerFiles(tmp_path)
    )
    database.close()


def wish(pictures: Path, epochs: int) -> TrainingRequest:
    return TrainingRequest(
        data=str(pictures),
        epochs=epochs,
        name="shades",
        changes={"options.widths": [6, 8, 8], "precision": "float32"},
    )


def opened(home: Path, database_url: str = "") -> App:
    return FakeApp(
        settings.load().model_copy(
            update={"home": home, "data_dir": home / "data", "database_url": database_url}
        )
    )


@contextmanager
def app_in(home: Path, database_url: str = "") -> Iterator[App]:
    app = opened(home, database_url)
    app.jobs.start()
    try:
        yield app
    finally:
        app.close()


class TestForReal:
    @pytest.mark.long
    @pytest.mark.slow
    @pytest.mark.train
    def test_a_run_that_was_asked_for_ends_as_a_registered_model(
        self, own_home: Path, pictures: Path, tables_url: str
    ) -> None:
        with app_in(own_home, tables_url) as app:
            name, job = app.train.start(wish(pictures, 2), NOW, by=0)
            assert name == "20261121-140509-shades"
            assert [run.name for run in app.train.not_started()] == [name]
            job = app.jobs.wait(job.id, timeout=400)
            assert (job.state, job.problem) == (DONE, None)
            assert (job.done, job.total) == (2, 2)
            model = app.registry.find(name)
            assert job.result == {
                "run": name, "model": model.hash, "name": "shades", "accuracy": model.accuracy
            }  # fmt: skip
            assert (model.origin, model.run, model.classes) == (
                "run",
                name,
                ["class 0", "class 1", "class 2"],
            )
            run = app.train.run(name)
            assert (run.state, run.done, run.recipe["options"]) == ("finished", 2, {"widths": [6, 8, 8]})
            assert "<title>shades" in (run.folder / "report.html").read_text(encoding="utf-8")
            assert "Test accuracy" in app.train.run(name).output()
            with pytest.raises(TrainingError, match="has ended"):
                app.train.check_resumable(name)

    @pytest.mark.long
    @pytest.mark.slow
    @pytest.mark.train
    def test_it_says_what_it_is_doing_from_its_start_to_its_end(self, own_home: Path, pictures: Path) -> None:
        with app_in(own_home) as app:
            name, job = app.train.start(wish(pictures, 200), NOW, by=0)
            told: list[tuple[str, dict[str, Any]]] = []

            def ended() -> bool:
                now = app.jobs.get(job.id)
                told.append((now.step, now.figures or {}))
                return now.state == DONE

            until(ended, 300)
            words = list(dict.fromkeys(message for message, _ in told if message))
            assert words[0] == "starting"
            assert "preparing" in words
            assert words.index("epoch") > words.index("preparing")
            assert words[-1] in ("measuring", "writing-report")
            in_epochs = [figures for message, figures in told if message == "epoch"]
            assert all(0 < one["epoch"] <= 200 and one["epochs"] == 200 for one in in_epochs)
            assert all(one["loss"] > 0 and one["pictures_per_second"] > 0 for one in in_epochs)
            assert RunStage.read(app.train.run(name)) is None, "nothing is being done any more"

    @pytest.mark.long
    @pytest.mark.slow
    @pytest.mark.train
    def test_stopped_it_keeps_what_it_learned_and_can_be_finished(
        self, own_home: Path, pictures: Path
    ) -> None:
        with app_in(own_home) as app:
            name, begun = app.train.start(wish(pictures, LONG), NOW, by=0)
            folder, first = app.train.run(name).folder, begun.id
            until(lambda: len(Run(folder).epochs) >= 2, 300)
            with pytest.raises(TrainingError, match="is being trained in"):
                app.train.check_resumable(name)
            app.jobs.cancel(first)
            assert app.jobs.wait(first, timeout=60).state == CANCELLED
            assert not is_training(folder)
            assert app.train.run(name).state == "stopped"
            learned = len(Run(folder).epochs)
            assert learned < LONG
            assert app.registry.list() == []

            job = app.jobs.wait(app.train.resume(name, finish=True, by=0).id, timeout=400)
            assert (job.state, job.problem) == (DONE, None)
            assert len(Run(folder).epochs) == learned
            assert app.registry.find(name).run == name

    @pytest.mark.long
    @pytest.mark.slow
    @pytest.mark.train
    def test_killed_with_its_server_it_goes_on_where_it_was(self, own_home: Path, pictures: Path) -> None:
        app = opened(own_home)
        name, begun = app.train.start(wish(pictures, 40), NOW, by=0)
        folder, job = app.train.run(name).folder, begun.id
        app.close()
        program = (
            "import time; from pathlib import Path; from tests.workflows.train.test_train import opened;"
            f"app = opened(Path({str(own_home)!r})); app.jobs.start(); time.sleep(600)"
        )
        server = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
        until(lambda: len(Run(folder).epochs) >= 2 or server.poll() is not None, 300)
        server.send_signal(signal.SIGKILL)
        server.wait()
        until(lambda: not is_training(folder), 60)
        before = Run(folder).epochs
        assert server.returncode == -signal.SIGKILL
        assert 2 <= len(before) < 40, "the training ended with its server"

        with app_in(own_home) as app:
            ended = app.jobs.wait(job, timeout=400)
            assert (ended.state, ended.problem) == (DONE, None)
            assert app.registry.find(name).hash == (ended.result or {})["model"]
        after = Run(folder).epochs
        assert [row["epoch"] for row in after] == list(range(1, 41))
        kept = len(before) - 1  # a kill may cost the epoch that was just written down
        assert after[:kept] == before[:kept]

    @pytest.mark.train
    def test_what_went_wrong_is_the_job_s_problem(self, own_home: Path, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        with app_in(own_home) as app:
            _, begun = app.train.start(
                TrainingRequest(data=str(tmp_path / "empty"), network="default"), NOW, by=0
            )
            job = app.jobs.wait(begun.id, timeout=60)
        assert job.state == FAILED
        assert job.problem is not None
        assert (job.problem["code"], job.problem["problem"]) == ("training-error", "ended without a model")
        assert "empty" in job.problem["received"], "the words of tenfold train"


def test_two_runs_of_the_same_second_have_folders_of_their_own(training: Train) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")
    names = [training.start(TrainingRequest(seed=seed), NOW, by=0)[0] for seed in range(3)]
    assert names == ["20261121-140509-default", "20261121-140509-default-2", "20261121-140509-default-3"]


def test_without_the_extra_the_one_command_that_installs_it_is_told(
    training: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else found(name))
    with pytest.raises(MissingExtra) as caught:
        training.start(TrainingRequest(), NOW, by=0)
    assert str(caught.value) == (
        "Training needs the train extra, which is not installed (there is no torch). "
        'Install it with: pip install "tenfold[train]"'
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (TrainingRequest(network="os:system"), "The network 'os:system' is not known (known are default,"),
        (TrainingRequest(network="resnet-21"), "The network 'resnet-21' is not known"),
        (TrainingRequest(data="pictures"), "The data 'pictures' cannot be found this way."),
        (TrainingRequest(data="/no/such"), "The data '/no/such' are not there."),
        (TrainingRequest(start_from="nothing"), "The run 'nothing' does not exist."),
        (TrainingRequest(teacher="../.."), "The run '../..' does not exist."),
        (TrainingRequest(changes={"optimiser.speed": 3}), "The recipe with optimiser.speed cannot be used."),
    ],
)
def test_what_cannot_be_trained_is_refused_at_once(
    own_home: Path, asked: TrainingRequest, words: str
) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")
    app = opened(own_home)
    with pytest.raises(TrainingError) as caught:
        app.train.start(asked, NOW, by=0)
    app.close()
    assert str(caught.value).startswith(words)
    assert not (own_home / "runs").exists()


@pytest.mark.parametrize("name", ["", ".", "..", "../runs", "a/b", "a\\b", "/etc", "a\0b", "none", "C:"])
def test_a_name_reaches_nothing_but_a_run_s_folder(training: Train, name: str) -> None:
    run_folders.make(training.runs / "one")
    with pytest.raises(UnknownRun, match="does not exist"):
        training.run(name)


def test_a_link_is_no_run(training: Train, tmp_path: Path) -> None:
    run_folders.make(tmp_path / "elsewhere")
    training.runs.mkdir()
    os.symlink(tmp_path / "elsewhere", training.runs / "link")
    with pytest.raises(UnknownRun):
        training.delete("link")
    assert training.found() == []
    assert (tmp_path / "elsewhere" / "metrics.jsonl").exists()


def test_a_run_is_deleted_with_its_folder(training: Train) -> None:
    folder = run_folders.make(training.runs / "one")
    (training.runs / "mine").mkdir()
    (training.runs / "mine" / "notes.txt").write_text("mine")
    training.delete("one")
    assert not folder.exists()
    with pytest.raises(TrainingError, match="holds no training run"):
        training.delete("mine")
    assert (training.runs / "mine" / "notes.txt").exists()
