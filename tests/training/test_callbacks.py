"""Callbacks of one's own: when they are called, with what, and how one ends a run."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import Run
from tenfold.training import pipeline
from tenfold.training.callbacks import Callback
from tenfold.training.loop import Trainer
from tests.training.test_rate_finder import DATA, NARROW

pytestmark = pytest.mark.train


class Noting(Callback):
    """Notes what is called, and ends the run after an epoch."""

    def __init__(self, last: int = 99) -> None:
        self.calls: list[str] = []
        self.last = last

    def on_start(self, trainer: Trainer) -> None:
        self.calls.append(f"start {trainer.epoch}")

    def on_step(self, trainer: Trainer, progress: TrainingProgress) -> None:
        self.calls.append(f"step {progress.epoch}.{progress.step}")

    def on_epoch(self, trainer: Trainer, progress: TrainingProgress) -> None:
        assert progress.validation_accuracy == trainer.evaluate(DATA.validation).accuracy
        self.calls.append(f"epoch {progress.epoch}")
        if progress.epoch == self.last:
            trainer.stop()

    def on_end(self, trainer: Trainer) -> None:
        self.calls.append(f"end {trainer.kept}")


def test_a_callback_is_called_at_each_step_and_epoch_and_may_end_the_run(tmp_path: Path) -> None:
    noting = Noting(last=2)
    pipeline.train(DATA, tmp_path / "run", NARROW, callbacks=[noting, Callback()])
    steps = [[f"step {e}.{s}" for s in range(1, 7)] + [f"epoch {e}"] for e in (1, 2)]
    assert noting.calls == ["start 0", *steps[0], *steps[1], "end 2"]
    assert Run(tmp_path / "run").ended


def test_a_run_that_a_callback_ended_is_not_trained_on(tmp_path: Path) -> None:
    pipeline.train(DATA, tmp_path / "run", NARROW, callbacks=[Noting(last=1)])
    again = Noting()
    pipeline.train(DATA, tmp_path / "run", NARROW, resume=True, callbacks=[again])
    assert again.calls == ["start 1", "end 1"]
