"""tenfold train, on a CIFAR-10 of a few pictures and with a narrow network."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from tenfold import cli, modelfile
from tenfold.cli.training.live import LiveTable
from tenfold.inference import Classifier
from tenfold.recipes import recipe_file
from tenfold.runs.listing import latest_run
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import Run
from tenfold.training import pipeline
from tests import tiny
from tests.cli.conftest import Command

pytestmark = pytest.mark.train
NARROW = ["--set", "options.widths=[6, 8, 8]"]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pipeline, "PROTOTYPE_SOURCES", 10)
    return tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "my data")


def interrupt(monkeypatch: pytest.MonkeyPatch, epoch: int, step: int) -> None:
    """Press Ctrl-C at this step."""
    show = LiveTable.show

    def show_or_stop(table: LiveTable, progress: TrainingProgress) -> None:
        show(table, progress)
        if (progress.epoch, progress.step) == (epoch, step):
            raise KeyboardInterrupt

    monkeypatch.setattr(LiveTable, "show", show_or_stop)


@pytest.mark.slow
def test_stopped_and_resumed_it_writes_a_model_file_that_evaluate_measures(
    tenfold: Command, data_dir: Path, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out" / "small.onnx"
    settings = [
        *NARROW,
        "--no-report",
        "--epochs",
        2,
        "--batch-size",
        20,
        "--precision",
        "float32",
        "--seed",
        3,
    ]
    where = ["--data-dir", data_dir, "--output", output, "--device", "cpu"]
    with monkeypatch.context() as pressed:
        interrupt(pressed, epoch=2, step=2)
        stopped = tenfold("train", *where, *settings)
    folder = latest_run(own_home / "runs").folder
    assert stopped.status == 130
    assert stopped.err == (
        f"Stopped. Go on with: tenfold train --resume --run {folder} "
        f"--data-dir '{data_dir}' --output {output} --device cpu --no-report\n"
        "Or add --finish to make a model of what it has learned.\n"
    )
    assert stopped.out.startswith(f"Run: {folder}\n80 pictures to learn from, 2 epochs\n")
    assert (
        "With about 8 pictures of each class `tenfold teach` usually does better, in seconds" in stopped.out
    )
    assert "      1/2  " in stopped.out
    assert not output.exists()

    resumed = tenfold("train", "--resume", "--no-report", *where)
    assert (resumed.status, resumed.err) == (0, "")
    assert "      1/2  " not in resumed.out
    assert "      2/2  " in resumed.out
    assert "Writing the model file and measuring it on the test pictures ..." in resumed.out
    assert f"Model file: {output}" in resumed.out

    info = modelfile.read(output)[1]
    assert (info.training["seed"], info.training["batch_size"], info.training["precision"]) == (
        3,
        20,
        "float32",
    )
    assert f"Test accuracy: {info.scores['test']['accuracy']:.2%} (95 % interval" in resumed.out
    assert f"Calibration error: {info.scores['test']['calibration_error']:.2%}" in resumed.out
    picture = tiny.shades(10).pictures[0]
    assert Classifier(output, threads=1).classify(picture).label in info.labels

    measured = tenfold("evaluate", output, "--data-dir", data_dir, "--json", "--no-report")
    assert measured.status == 0
    assert json.loads(measured.out).items() >= info.scores["test"].items()


def test_nothing_to_resume_is_told(tenfold: Command, own_home: Path) -> None:
    outcome = tenfold("train", "--resume")
    assert outcome.status == 1
    assert outcome.err == (
        f"tenfold: The folder {own_home / 'runs'} holds no run to go on with. "
        "Start one with `tenfold train`.\n"
    )


def test_a_device_that_is_not_there_is_told(tenfold: Command, data_dir: Path) -> None:
    outcome = tenfold("train", "--data-dir", data_dir, "--device", "toaster")
    assert outcome.status == 1
    assert "tenfold: The device 'toaster' cannot be used here (" in outcome.err


def test_damaged_data_is_told_before_anything_is_made(
    tenfold: Command, data_dir: Path, own_home: Path
) -> None:
    (data_dir / "data_batch_2.bin").write_bytes(b"short")
    outcome = tenfold("train", "--data-dir", data_dir)
    assert outcome.status == 1
    assert outcome.err.startswith("tenfold: data_batch_2.bin does not have 61,460 bytes")
    assert not (own_home / "runs").exists()


@pytest.mark.slow
def test_a_killed_run_of_ones_own_pictures_goes_on_from_any_folder(
    tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.folder(tiny.shades(60, classes=3), tmp_path / "my pictures")
    monkeypatch.chdir(tmp_path)
    settings = [*NARROW, "--epochs", 2, "--batch-size", 10, "--no-report"]
    with monkeypatch.context() as pressed:
        interrupt(pressed, epoch=2, step=1)
        assert tenfold("train", "--data", "my pictures", "--run", "run", *settings).status == 130
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    resumed = tenfold("train", "--resume", "--run", tmp_path / "run", "--no-report")
    assert (resumed.status, resumed.err) == (0, "")
    info = modelfile.read(tmp_path / "run" / "model.onnx")[1]
    assert (info.name, info.views) == ("my pictures", "mirrored-pair")
    assert info.labels == ("class 0", "class 1", "class 2")
    assert Run(tmp_path / "run").data["source"] == str(tmp_path / "my pictures")


@pytest.mark.slow
def test_a_stopped_run_can_be_made_a_model_as_it_is(
    tenfold: Command, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["--data-dir", data_dir, "--run", tmp_path / "run", "--no-report"]
    with monkeypatch.context() as pressed:
        interrupt(pressed, epoch=3, step=1)
        assert tenfold("train", *where, *NARROW, "--epochs", 9, "--batch-size", 20).status == 130
    finished = tenfold("train", "--resume", "--finish", *where)
    assert finished.status == 0
    assert "/9  " not in finished.out
    assert modelfile.read(tmp_path / "run" / "model.onnx")[1].training["epochs_run"] == 2


@pytest.mark.slow
def test_a_run_without_an_epoch_cannot_be_finished(
    tenfold: Command, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["--data-dir", data_dir, "--run", tmp_path / "run"]
    with monkeypatch.context() as pressed:
        interrupt(pressed, epoch=1, step=1)
        tenfold("train", *where, *NARROW, "--batch-size", 20)
    outcome = tenfold("train", "--resume", "--finish", *where)
    assert outcome.status == 1
    assert outcome.err == (
        f"tenfold: The run {tmp_path / 'run'} has no finished epoch to make a model of. "
        "Train on without --finish.\n"
    )


def test_only_a_stopped_run_is_finished(tenfold: Command) -> None:
    outcome = tenfold("train", "--finish")
    assert outcome.status == 2
    assert outcome.err == (
        "tenfold: --finish makes a model of a run that was stopped. "
        "Give --resume with it, and --run for another than the newest.\n"
    )


def test_the_recipe_is_shown_as_toml_that_can_be_trained(tenfold: Command, tmp_path: Path) -> None:
    shown = tenfold(
        "train", "--network", "ml-cnn", "--set", "optimiser.rate=0.01", "--epochs", 3, "--show-recipe"
    )
    assert shown.status == 0
    (tmp_path / "recipe.toml").write_text(shown.out)
    recipe = recipe_file.read(tmp_path / "recipe.toml")
    assert (recipe.network, recipe.epochs, recipe.optimiser.rate) == ("ml-cnn", 3, 0.01)


@pytest.mark.slow
def test_an_error_does_not_continue_the_moving_line(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupt(monkeypatch, epoch=1, step=2)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    status = cli.run(
        [
            "train",
            "--data-dir",
            str(data_dir),
            "--epochs",
            "1",
            "--batch-size",
            "20",
            "--set",
            "options.widths=[6, 8, 8]",
        ]
    )
    captured = capsys.readouterr()
    assert status == 130
    assert "1/4" in captured.out
    assert captured.err.startswith("Stopped. Go on with: tenfold train --resume --run ")


def test_no_epochs_is_wrong_usage(tenfold: Command) -> None:
    outcome = tenfold("train", "--epochs", 0)
    assert outcome.status == 2
    assert "0 is not in the range x>=1" in outcome.err
