"""`tenfold train` killed by the system at any moment: what it loses is the current epoch, never more."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold import modelfile
from tenfold.runs import folder as runs
from tenfold.training import checkpoints
from tests import tiny

pytestmark = pytest.mark.train
KILLS = 3
EPOCHS = 8


def start(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tenfold", "train", *arguments]
    environment = {**os.environ, "TENFOLD_HOME": str(home), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def finish(process: subprocess.Popen[bytes]) -> str:
    words = process.communicate(timeout=180)[0].decode()
    assert process.returncode == 0, words
    return words


def test_killed_again_and_again_a_run_loses_no_finished_epoch_and_ends_the_same(tmp_path: Path) -> None:
    data = tiny.folder(tiny.shades(120, classes=3), tmp_path / "pictures")
    wanted = ["--data", str(data), "--network", "sequential-4conv", "--epochs", str(EPOCHS)]
    wanted += ["--precision", "float32", "--no-report"]
    finish(start(tmp_path, *wanted, "--run", str(tmp_path / "whole")))

    run, chance = tmp_path / "killed", random.Random(5)
    process = start(tmp_path, *wanted, "--run", str(run))
    kept = 0
    for _ in range(KILLS):
        # The moment within an epoch is left to chance, checkpoint and log included.
        while len(runs.lines(run)) <= kept and process.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        state = checkpoints.load(run / "state.safetensors")[1]["epoch"]
        logged = len(runs.lines(run))
        # A finished epoch is logged and then kept; a kill between the two costs that one epoch.
        assert logged - 1 <= state <= logged
        kept = max(kept, logged)
        process = start(tmp_path, "--resume", "--run", str(run), "--no-report")
    finish(process)

    assert [line["epoch"] for line in runs.lines(run)] == list(range(1, EPOCHS + 1))
    one, other = (checkpoints.load(folder / "best.safetensors")[0] for folder in (tmp_path / "whole", run))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert modelfile.read(run / "model.onnx")[1].labels == ("class 0", "class 1", "class 2")
