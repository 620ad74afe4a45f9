"""`tenfold train` killed by the system at any moment: what it loses is the current epoch, never more."""

import multiprocessing
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold import cli, modelfile
from tenfold.recipes.recipe import Recipe
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.recorder import RunRecorder
from tenfold.runs.run import Run
from tenfold.training import checkpoints
from tests import tiny

pytestmark = pytest.mark.train
KILLS = 3
EPOCHS = 8


FORKING = multiprocessing.get_context("forkserver")


@pytest.fixture(autouse=True)
def copies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Importing torch takes longer than training here: one process does, and each command is a copy of it."""
    own = forkserver.ForkServer()
    own.set_forkserver_preload(["torch.onnx", "torch._dynamo", "tenfold.training.pipeline"])
    monkeypatch.setattr(forkserver, "connect_to_new_process", own.connect_to_new_process)
    yield
    own._stop()  # type: ignore[attr-defined]


def command(*arguments: str) -> None:
    sys.exit(cli.run(arguments))


def start(*arguments: str) -> ForkServerProcess:
    process = FORKING.Process(target=command, args=("train", *arguments))
    process.start()
    return process


def finish(process: ForkServerProcess) -> None:
    process.join(timeout=180)
    assert process.exitcode == 0


@pytest.mark.long
@pytest.mark.slow
def test_killed_again_and_again_a_run_loses_no_finished_epoch_and_ends_the_same(tmp_path: Path) -> None:
    data = tiny.folder(tiny.shades(120, classes=3), tmp_path / "pictures")
    wanted = ["--data", str(data), "--network", "sequential-4conv", "--epochs", str(EPOCHS)]
    wanted += ["--precision", "float32", "--no-report"]
    finish(start(*wanted, "--run", str(tmp_path / "whole")))

    run, chance = tmp_path / "killed", random.Random(5)
    process = start(*wanted, "--run", str(run))
    kept = 0
    for _ in range(KILLS):
        # The moment within an epoch is left to chance, checkpoint and log included.
        while len(Run(run).epochs) <= kept and process.is_alive():
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.3))
        process.kill()
        process.join()
        state = checkpoints.load(run / "state.safetensors")[1]["epoch"]
        logged = len(Run(run).epochs)
        # A finished epoch is logged and then kept; a kill between the two costs that one epoch.
        assert logged - 1 <= state <= logged
        kept = max(kept, logged)
        process = start("--resume", "--run", str(run), "--no-report")
    finish(process)

    assert [line["epoch"] for line in Run(run).epochs] == list(range(1, EPOCHS + 1))
    one, other = (checkpoints.load(folder / "best.safetensors")[0] for folder in (tmp_path / "whole", run))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert modelfile.read(run / "model.onnx")[1].labels == ("class 0", "class 1", "class 2")


def test_an_epoch_that_was_logged_and_not_kept_is_in_the_log_once(tmp_path: Path) -> None:
    run = tmp_path / "run"

    def finished(epoch: int, recorder: RunRecorder) -> None:
        recorder.write_epoch(TrainingProgress(epoch, 3, 1, 1, 32, 0.1, 1 / epoch, 0.5, 10.0, 1.0, 1.0))

    recorder = RunRecorder(Run(run), Recipe(), resume=False)
    finished(1, recorder)
    checkpoints.save(Run(run).checkpoint_file, {}, {"epoch": 1})
    finished(2, recorder)  # killed before it was kept
    again = RunRecorder(Run(run), Recipe(), resume=True)
    for epoch in (2, 3):
        finished(epoch, again)
    assert [line["epoch"] for line in Run(run).epochs] == [1, 2, 3]
