"""TensorBoard and MLflow: what is written is read back with their own libraries."""

import builtins
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tenfold.errors import MissingExtra, TrainingError
from tenfold.runs.progress import TrainingProgress
from tenfold.training.trackers import FIGURES, MLflow, TensorBoard, opened

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")
pytestmark = pytest.mark.train

RECIPE = {"network": "default", "epochs": 3, "optimiser": {"name": "muon", "rate": 0.1}}
WITHIN = TrainingProgress(
    epoch=1,
    epochs=3,
    step=2,
    steps=9,
    side=24,
    rate=0.1,
    loss=1.5,
    accuracy=0.5,
    pictures_per_second=900,
    seconds=3,
    seconds_left=60,
)
ENDED = replace(
    WITHIN,
    step=9,
    precision=0.61,
    recall=0.62,
    validation_loss=1.2,
    validation_accuracy=0.7,
    validation_precision=0.71,
    validation_recall=0.72,
)


@pytest.fixture
def database(tmp_path: Path) -> str:
    pytest.importorskip("mlflow", reason="needs the tracking extra: pip install 'tenfold[tracking]'")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Every figure in a folder's event files, as (epoch, rounded value), as TensorBoard shows it."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {
        name: [(e.step, round(e.value, 6)) for e in events.Scalars(name)] for name in events.Tags()["scalars"]
    }


def test_tensorboard_reads_each_finished_epoch(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="needs the tracking extra: pip install 'tenfold[tracking]'")
    tracker = TensorBoard(tmp_path, RECIPE)
    for progress in (WITHIN, ENDED, replace(ENDED, epoch=2, validation_accuracy=0.8)):
        tracker.log(progress)
    tracker.close()
    found = scalars(tmp_path)
    assert set(found) == set(FIGURES)
    assert found["validation/accuracy"] == [(1, 0.7), (2, 0.8)]
    assert found["train/recall"][0] == (1, 0.62)
    assert found["run/rate"][0] == (1, 0.1)


def test_tensorboard_forgets_what_a_killed_run_wrote_of_an_epoch_that_is_done_again(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="needs the tracking extra: pip install 'tenfold[tracking]'")
    killed = TensorBoard(tmp_path, RECIPE)
    killed.log(ENDED)
    killed.log(replace(ENDED, epoch=2, loss=9.0))
    killed.close()
    (first,) = tmp_path.iterdir()
    first.rename(tmp_path / "events.out.tfevents.1.first")  # the library's names are to the second
    resumed = TensorBoard(tmp_path, RECIPE)
    resumed.log(replace(ENDED, epoch=2, loss=1.0))
    resumed.close()
    assert scalars(tmp_path)["train/loss"] == [(1, 1.5), (2, 1.0)]


def test_a_tracker_that_saw_no_finished_epoch_leaves_nothing(tmp_path: Path) -> None:
    tracker = TensorBoard(tmp_path / "tensorboard", RECIPE)
    tracker.log(WITHIN)
    tracker.close()
    assert not (tmp_path / "tensorboard").exists()


@pytest.mark.slow
def test_mlflow_keeps_figures_recipe_and_how_the_run_ended(database: str, tmp_path: Path) -> None:
    from mlflow.tracking import MlflowClient

    tracker = MLflow(database, "birds", tmp_path / "20260101", RECIPE)
    for progress in (WITHIN, ENDED, replace(ENDED, epoch=2, validation_accuracy=0.8)):
        tracker.log(progress)
    tracker.close()
    client = MlflowClient(tracking_uri=database)
    experiment = client.get_experiment_by_name("birds")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.run_name == "20260101"
    assert run.info.status == "FINISHED"
    assert run.data.params == {
        "network": "default",
        "epochs": "3",
        "optimiser.name": "muon",
        "optimiser.rate": "0.1",
    }
    assert set(run.data.metrics) == set(FIGURES)
    history = client.get_metric_history(run.info.run_id, "validation/accuracy")
    assert [(m.step, m.value) for m in history] == [(1, 0.7), (2, 0.8)]
    assert tracker.problem == ""


@pytest.mark.slow
def test_a_resumed_run_goes_on_in_the_same_place(database: str, tmp_path: Path) -> None:
    stopped = MLflow(database, "birds", tmp_path / "run", RECIPE)
    stopped.log(ENDED)
    stopped.close(finished=False)
    assert stopped._client.get_run(stopped._run).info.status == "KILLED"
    resumed = MLflow(database, "birds", tmp_path / "run", RECIPE)
    resumed.log(replace(ENDED, epoch=2))
    assert resumed._run == stopped._run == json.loads((tmp_path / "run" / "mlflow.json").read_text())["run"]
    history = resumed._client.get_metric_history(resumed._run, "train/loss")
    assert [m.step for m in history] == [1, 2]


@pytest.mark.slow
def test_a_run_that_was_deleted_there_is_made_anew(database: str, tmp_path: Path) -> None:
    first = MLflow(database, "birds", tmp_path / "run", RECIPE)
    first._client.delete_run(first._run)
    assert MLflow(database, "birds", tmp_path / "run", RECIPE)._run != first._run


@pytest.mark.slow
def test_figures_that_mlflow_did_not_take_go_with_the_next(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = MLflow(database, "birds", tmp_path / "run", RECIPE)

    def refuse(*_: object, **__: object) -> None:
        raise tracker._refusal("the server is away. Details")

    with monkeypatch.context() as away:
        away.setattr(tracker._client, "log_batch", refuse)
        tracker.log(ENDED)
        assert tracker.problem == "12 figures did not reach MLflow: the server is away"
    tracker.log(replace(ENDED, epoch=2))
    assert tracker.problem == ""
    history = tracker._client.get_metric_history(tracker._run, "train/loss")
    assert [m.step for m in history] == [1, 2]


def test_a_server_that_is_not_there_is_told_at_once(database: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as told:
        MLflow("http://127.0.0.1:1", "birds", tmp_path / "run", RECIPE)
    assert str(told.value) == (
        "MLflow at http://127.0.0.1:1 cannot be used (no server answers there). "
        "Start its server, or name a database: --mlflow sqlite:///mlflow.db"
    )
    assert not (tmp_path / "run").exists()


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    find = builtins.__import__

    def absent(name: str, *rest: Any, **named: Any) -> Any:
        if name.partition(".")[0] in {"mlflow", "tensorboard"} or name == "torch.utils.tensorboard":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name.removeprefix("torch.utils."))
        return find(name, *rest, **named)

    with monkeypatch.context() as without:
        without.setattr(builtins, "__import__", absent)
        yield


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"tensorboard": True, "mlflow": ""}, "TensorBoard logging needs the tracking extra"),
        ({"tensorboard": False, "mlflow": "sqlite:///x.db"}, "MLflow logging needs the tracking extra"),
    ],
)
def test_without_the_extra_its_command_is_named(flags: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(MissingExtra) as told:
        opened(tmp_path, RECIPE, **flags)
    assert str(told.value).startswith(words)
    assert 'Install it with: pip install "tenfold[tracking]"' in str(told.value)


def test_no_flag_makes_no_tracker(tmp_path: Path) -> None:
    assert opened(tmp_path, RECIPE, tensorboard=False, mlflow="") == []
