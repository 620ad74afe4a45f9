"""Training and evaluating on a disk that is full: one sentence, and it goes on where there is room."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold.errors import TrainingError
from tenfold.runs.run import Run
from tenfold.training import checkpoints
from tests import tiny
from tests.cli.conftest import Command
from tests.environment.disks import enlarge, small_disk

pytestmark = [pytest.mark.slow, pytest.mark.train]
SMALL = ["--epochs", 2, "--batch-size", 20, "--set", "options.widths=[6, 8, 8]", "--precision", "float32"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.folder(tiny.shades(90, 3), tmp_path_factory.mktemp("data") / "shades")


def epochs_kept(run: Run) -> int:
    """How many finished epochs the checkpoint holds."""
    return int(checkpoints.load(run.checkpoint_file)[1]["epoch"]) if run.checkpoint_file.exists() else 0


@pytest.mark.quick
def test_a_checkpoint_that_finds_no_room_leaves_the_one_before_it(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        path = disk / "state.safetensors"
        checkpoints.save(path, {"weights": torch.ones(1000)}, {"epoch": 1})
        with pytest.raises(TrainingError, match=r"No space left on device.*--resume") as told:
            checkpoints.save(path, {"weights": torch.ones(30_000)}, {"epoch": 2})
        assert "the one before it is intact" in str(told.value)
        assert checkpoints.load(path)[1] == {"epoch": 1}
        assert list(disk.iterdir()) == [path]


# What does not fit: the facts of the data, the first checkpoint, the figures, later checkpoints.
@pytest.mark.long
@pytest.mark.parametrize("size", ["8k", "16k", "40k", "64k", "96k"])
def test_training_says_that_the_disk_is_full_and_goes_on_from_its_last_epoch(
    tenfold: Command, data: Path, tmp_path: Path, size: str
) -> None:
    with small_disk(tmp_path / "disk", size) as disk:
        command = ["train", "--data", data, "--run", disk / "one", "--no-report", "--device", "cpu", *SMALL]
        ended = tenfold(*command)
        assert ended.status == 1, ended
        [told] = ended.err.splitlines()
        assert told.startswith(
            f"tenfold: The {'run folder' if size in ('8k', '40k') else 'checkpoint'} {disk}"
        )
        assert "cannot be written" in told
        assert "(No space left on device). Free some space" in told
        assert ("the one before it is intact" in told) == (size in ("64k", "96k"))
        kept = epochs_kept(Run(disk / "one"))
        enlarge(disk)
        again = tenfold(*command)
        assert (again.status, again.err) == (0, "")
        assert [f"      {epoch}/2  " in again.out for epoch in (1, 2)] == [epoch > kept for epoch in (1, 2)]
        run = Run(disk / "one")
        assert [row["epoch"] for row in run.epochs] == [1, 2]
        assert run.has_model


def test_a_report_that_finds_no_room_is_written_by_the_command_that_is_named(
    tenfold: Command, data: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", "128k") as disk:
        run = Run(disk / "one")
        ended = tenfold("train", "--data", data, "--run", run.folder, "--device", "cpu", *SMALL)
        assert ended.status == 1
        [told] = ended.err.splitlines()
        assert told.startswith(f"tenfold: The report {run.report_file} cannot be written (No space left on")
        assert run.has_model
        enlarge(disk)
        again = tenfold(*told.split("`")[1].split()[1:])
        assert again.status == 0
        assert run.has_report


# The cache of decoded pictures, the figures, the page.
@pytest.mark.parametrize(("size", "home"), [("40k", "disk/home"), ("4k", "home"), ("64k", "home")])
def test_evaluating_says_that_the_disk_is_full_and_works_once_there_is_room(
    tenfold: Command, data: Path, tmp_path: Path, size: str, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path / home))
    pictures = tiny.folder(tiny.shades(40, 10), tmp_path / "shades")
    with small_disk(tmp_path / "disk", size) as disk:
        command = ["evaluate", tiny.MODEL, "--data", pictures, "--output", disk / "report.html"]
        ended = tenfold(*command)
        assert ended.status in (1, 2), ended
        told = ended.err.splitlines()[-1]
        assert told.startswith("tenfold: The ")
        assert "cannot be written (No space left on device)" in told
        assert "free some space" in told.lower()
        assert "Traceback" not in ended.err
        enlarge(disk)
        assert tenfold(*command).status == 0
        assert (disk / "report.html").is_file()
