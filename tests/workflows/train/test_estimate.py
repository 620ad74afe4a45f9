"""Estimates before a training: by an earlier run of the same network, else by a short trial."""

import json
from pathlib import Path

import pytest

from tenfold.paths import Home
from tenfold.server_files import ServerFiles
from tenfold.workflows.train.estimate import Estimates
from tenfold.workflows.train.train_job import TrainingRequest
from tests import tiny
from tests.runs import run_folders

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")


@pytest.fixture
def estimates(tmp_path: Path) -> Estimates:
    return Estimates(Home(tmp_path / "home"), tmp_path / "home" / "data", ServerFiles(tmp_path / "home"))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return tiny.folder(tiny.shades(60, classes=3), tmp_path / "pictures")


def test_an_earlier_run_of_the_same_network_tells_how_fast_this_machine_is(
    estimates: Estimates, pictures: Path, tmp_path: Path
) -> None:
    folder = run_folders.make(tmp_path / "home" / "runs" / "one", network="sequential-4conv", model=True)
    (folder / "data.json").write_text(json.dumps({"source": "cifar10", "training": 1000, "side": 32}))
    request = TrainingRequest(data=str(pictures), network="sequential-4conv", epochs=10, side=32)
    found = estimates.of(request)
    # The run took 50 s for an epoch of 1,000 pictures of the same size.
    assert found.seconds == pytest.approx(10 * 50 * found.pictures / 1000)
    assert (found.epochs, found.measured) == (10, "run")
    assert found.bytes == tiny.MODEL.stat().st_size
    twice = estimates.of(TrainingRequest(**{**vars(request), "epochs": 20}))
    assert twice.seconds == pytest.approx(2 * found.seconds)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.train
def test_without_one_a_short_trial_does(estimates: Estimates, pictures: Path) -> None:
    found = estimates.of(TrainingRequest(data=str(pictures), network="sequential-4conv", epochs=2))
    assert found.measured == "trial"
    assert 0 < found.seconds < 600
    assert found.bytes is not None
    assert 100_000 < found.bytes < 100_000_000
