"""What a training run is doing now: a small file in its folder that the training writes and others read.

Knows nothing of networks. The file means something only while somebody trains in the folder.
"""

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, get_args

from tenfold.files import write_whole
from tenfold.parsing import from_json
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import Run, is_number

Stage = Literal[
    "starting", "reading-data", "preparing", "epoch", "validating", "measuring", "writing-report"
]  # fmt: skip
STAGES: tuple[Stage, ...] = get_args(Stage)
_SECONDS_BETWEEN_WRITES = 0.5


@dataclass(frozen=True)
class RunStage:
    """What a run is doing, and how far it is with that.

    Attributes:
        stage: one of STAGES.
        done, total: how much of this stage is done; a total of 0 is not known. Of an epoch: its steps.
        epoch, epochs: which epoch it is in, and how many there are; 0 before the first.
        loss, accuracy: of this epoch so far, as trained.
        pictures_per_second: of this epoch.
        seconds_left: an estimate for all epochs.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    epoch: int = 0
    epochs: int = 0
    loss: float | None = None
    accuracy: float | None = None
    pictures_per_second: float | None = None
    seconds_left: float | None = None

    @classmethod
    def read(cls, run: Run) -> Self | None:
        """What the file says; None where there is none, or it makes no sense."""
        try:
            found = from_json(run.stage_file.read_bytes())
        except (OSError, ValueError):
            return None
        if not isinstance(found, dict) or found.get("stage") not in STAGES:
            return None
        numbers = {name: value for name, value in found.items() if name in _NUMBERS and is_number(value)}
        return cls(found["stage"], **numbers)


_NUMBERS = {field.name for field in fields(RunStage)} - {"stage"}


class StageRecorder:
    """Writes what a run is doing, at most twice a second and at once where it does something else.

    Args:
        run: nothing is written before its folder exists.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._stage: Stage | None = None
        self._written_at = 0.0

    def begin(self, stage: Stage) -> None:
        """Start a stage."""
        self._write(RunStage(stage))

    def count(self, stage: Stage, done: int, total: int | None) -> None:
        """Start or continue a stage, and say how far it is; a total of None is not known."""
        self._write(RunStage(stage, done, total or 0))

    def show(self, progress: TrainingProgress) -> None:
        """Report training progress; called after each step and at each epoch's end."""
        ended = progress.step == progress.steps and progress.validation_loss is None
        known: dict[str, Any] = {
            name: getattr(progress, name)
            for name in ("epoch", "epochs", "loss", "accuracy", "pictures_per_second", "seconds_left")
        }
        self._write(RunStage("validating" if ended else "epoch", progress.step, progress.steps, **known))

    def end(self) -> None:
        """The run has ended."""
        with suppress(OSError):
            self._run.stage_file.unlink(missing_ok=True)

    def _write(self, now: RunStage) -> None:
        if now.stage == self._stage and time.monotonic() - self._written_at < _SECONDS_BETWEEN_WRITES:
            return
        self._stage, self._written_at = now.stage, time.monotonic()
        # Nothing depends on this file; a disk that is full stops the run where its figures are written.
        text = json.dumps(asdict(now))
        with suppress(OSError):
            write_whole(self._run.stage_file, text.encode(), lasting=False, make_folder=False)
