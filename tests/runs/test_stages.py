"""What a run is doing now, as others read it while it trains."""

from pathlib import Path

import pytest

from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import Run
from tenfold.runs.stages import RunStage, StageRecorder


def progress(step: int, validation_loss: float | None = None) -> TrainingProgress:
    return TrainingProgress(
        epoch=2, epochs=5, step=step, steps=10, side=32, rate=0.1, loss=1.5, accuracy=0.4,
        pictures_per_second=800.0, seconds=12.0, seconds_left=90.0, validation_loss=validation_loss,
    )  # fmt: skip


def test_each_stage_is_there_at_once_and_steps_twice_a_second(tmp_path: Path) -> None:
    run = Run(tmp_path)
    recorder = StageRecorder(run)
    assert RunStage.read(run) is None
    recorder.count("reading-data", 0, None)
    assert RunStage.read(run) == RunStage("reading-data")
    recorder.begin("preparing")
    assert RunStage.read(run) == RunStage("preparing")
    recorder.show(progress(1))
    first = RunStage("epoch", 1, 10, 2, 5, 1.5, 0.4, 800.0, 90.0)
    assert RunStage.read(run) == first
    recorder.show(progress(2))
    assert RunStage.read(run) == first, "half a second has not passed"
    recorder.show(progress(10))
    assert RunStage.read(run) == RunStage("validating", 10, 10, 2, 5, 1.5, 0.4, 800.0, 90.0)
    recorder.end()
    assert RunStage.read(run) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"stage": "dreaming"}', "\xff"])
def test_a_file_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    Run(tmp_path).stage_file.write_text(text, encoding="latin-1")
    assert RunStage.read(Run(tmp_path)) is None


def test_numbers_that_are_none_are_left_out(tmp_path: Path) -> None:
    Run(tmp_path).stage_file.write_text('{"stage": "epoch", "done": "x", "loss": NaN, "total": 3, "more": 1}')
    assert RunStage.read(Run(tmp_path)) == RunStage("epoch", total=3)


def test_no_folder_is_made_for_it(tmp_path: Path) -> None:
    StageRecorder(Run(tmp_path / "none")).begin("starting")
    assert not (tmp_path / "none").exists()
