"""A run that exists goes on, or it is said why it cannot: by --run, by --resume, with moved pictures."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from tenfold.cli.training.live import LiveTable
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import Run
from tests import tiny
from tests.cli.conftest import Command
from tests.runs import run_folders

pytestmark = pytest.mark.train
SMALL = ["--set", "options.widths=[6, 8, 8]", "--set", "curriculum=[]", "--epochs", 2, "--batch-size", 10]


@pytest.fixture
def stopped(tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run on the folder "pets" that was stopped in its second epoch."""
    monkeypatch.chdir(tmp_path)
    tiny.folder(tiny.shades(60, classes=3), tmp_path / "pets")
    show = LiveTable.show

    def show_or_stop(table: LiveTable, progress: TrainingProgress) -> None:
        show(table, progress)
        if (progress.epoch, progress.step) == (2, 1):
            raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr(LiveTable, "show", show_or_stop)
        assert tenfold("train", "--data", "pets", "--run", "r", "--no-report", *SMALL).status == 130
    return tmp_path / "r"


@pytest.mark.slow
def test_the_same_command_goes_on_and_then_says_what_came_of_it(tenfold: Command, stopped: Path) -> None:
    command = ["train", "--data", "pets", "--run", "r", "--no-report", *SMALL]
    second = tenfold(*command)
    assert (second.status, second.err) == (0, "")
    assert "      1/2  " not in second.out
    assert "      2/2  " in second.out
    before = (stopped / "model.onnx").stat().st_mtime_ns
    for again in (command, ["train", "--run", "r"]):
        third = tenfold(*again)
        assert third.status == 0
        assert "It has ended after 2 of 2 epochs, epoch 2 kept.\n" in third.out
        assert "Test accuracy: " in third.out
        assert " interval " in third.out
        assert "Model file: r/model.onnx\n" in third.out
    assert (stopped / "model.onnx").stat().st_mtime_ns == before


@pytest.mark.slow
def test_a_run_that_has_ended_is_not_told_for_other_pictures(tenfold: Command, stopped: Path) -> None:
    assert tenfold("train", "--run", "r", "--no-report").status == 0
    next(Path("pets").glob("*/*.png")).unlink()
    outcome = tenfold("train", "--data", "pets", "--run", "r")
    assert outcome.status == 1
    assert "was trained on other pictures (fingerprint" in outcome.err


@pytest.mark.parametrize("how", [[], ["--resume"]])
def test_what_differs_is_said(tenfold: Command, tmp_path: Path, how: list[str]) -> None:
    run_folders.make(tmp_path / "r", network="sequential-6conv", epochs=4)
    given = ["--epochs", 9, "--set", "optimiser.rate=0.5", "--network", "sequential-6conv"]
    outcome = tenfold("train", "--run", tmp_path / "r", *given, *how)
    assert outcome.status == 2
    assert outcome.err == (
        f"tenfold: The run {tmp_path / 'r'} was started with other settings (epochs: 4 there, 9 here, "
        "optimiser.rate: 0.001 there, 0.5 here). Leave them out to go on with it, or name another folder "
        "with --run.\n"
    )
    other = tenfold("train", "--run", tmp_path / "r", "--network", "ml-cnn", *how)
    assert "(network: sequential-6conv there, ml-cnn here, " in other.err


def test_a_run_that_is_not_there_is_not_gone_on_with(tenfold: Command, tmp_path: Path) -> None:
    outcome = tenfold("train", "--resume", "--run", tmp_path / "none")
    assert outcome.status == 1
    assert outcome.err == (
        f"tenfold: The folder {tmp_path / 'none'} does not exist. `tenfold runs` lists those that there "
        "are.\n"
    )
    (tmp_path / "empty").mkdir()
    assert "empty holds no training run." in tenfold("train", "--resume", "--run", tmp_path / "empty").err


def test_a_checkpoint_without_its_recipe_is_not_overwritten(tenfold: Command, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "state.safetensors").write_bytes(b"a checkpoint")
    outcome = tenfold("train", "--run", tmp_path / "run")
    assert outcome.status == 1
    assert outcome.err == (
        f"tenfold: The run folder {tmp_path / 'run'} holds a run without its recipe. "
        "Name another folder with --run.\n"
    )


@pytest.mark.slow
def test_moved_pictures_are_named_and_the_run_goes_on(tenfold: Command, stopped: Path) -> None:
    Path("pets").rename("pets2")
    lost = tenfold("train", "--resume", "--run", "r")
    assert lost.status == 1
    assert lost.err.startswith(
        "tenfold: The run r was started with pictures that are no longer where they were ("
    )
    assert lost.err.endswith("name their place with --data: the run goes on if they are the same.\n")
    found = tenfold("train", "--resume", "--run", "r", "--data", "pets2", "--no-report")
    assert (found.status, found.err) == (0, "")
    assert "      1/2  " not in found.out
    assert Run(stopped).source == str(Path("pets2").absolute())


@pytest.mark.slow
def test_other_pictures_are_refused_where_the_old_ones_are_still_there(
    tenfold: Command, stopped: Path
) -> None:
    tiny.folder(tiny.shades(60, classes=3, seed=9), Path("others"))
    outcome = tenfold("train", "--resume", "--run", "r", "--data", "others")
    assert outcome.status == 1
    assert "r/state.safetensors was trained on other pictures (fingerprint" in outcome.err
    assert outcome.err.endswith(
        "Name those that it was started with, as they were, with --data, or start a new run in another "
        "folder with --run.\n"
    )


def test_a_run_is_resumed_by_its_name_too(tenfold: Command, own_home: Path) -> None:
    run_folders.make(own_home / "runs" / "mine", source="/nowhere/pets")
    assert (
        "mine was started with pictures that are no longer where"
        in tenfold("train", "--resume", "--run", "mine").err
    )


@pytest.mark.slow
def test_a_rate_is_looked_for_without_a_run(tenfold: Command, tmp_path: Path, own_home: Path) -> None:
    tiny.folder(tiny.shades(60, classes=3), tmp_path / "pets")
    outcome = tenfold("train", "--data", tmp_path / "pets", "--find-rate", *SMALL)
    assert (outcome.status, outcome.out.split()[:2]) == (0, ["rate", "loss"])
    assert outcome.out.splitlines()[-1].endswith("(the recipe has 0.1)")
    assert not (own_home / "runs").exists()
