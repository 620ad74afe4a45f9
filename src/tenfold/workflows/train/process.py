"""Runs `tenfold train` in a child process: starts, watches, stops and resumes it. Does not train here.

A process that serves loads no torch. The training ends with the process that started it; the next one resumes
from the last finished epoch.
"""

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tenfold import processes
from tenfold.errors import MissingExtra, TrainingError
from tenfold.jobs import Work
from tenfold.runs.lock import is_training
from tenfold.runs.run import Run
from tenfold.runs.stages import RunStage

# Called with the number of finished epochs, of all epochs, and the run's stage.
Told = Callable[[int, int, RunStage], None]
_POLL_SECONDS = 0.5
# Seconds that a run may take to stop.
_PATIENCE_SECONDS = 30.0


def check_extra() -> None:
    """Raise MissingExtra, with the one command that installs it, where training is not installed."""
    missing = [name for name in ("torch", "safetensors", "onnx") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra.of("Training", "train", ", ".join(missing))


class TrainingProcess:
    """One run of `tenfold train` in a folder."""

    def __init__(self, run: Run, *, home: Path, data_dir: Path, report: bool = False) -> None:
        self._run, self._home, self._data_dir, self._report = run, home, data_dir, report

    @property
    def ended(self) -> bool:
        """Whether it has written all its files, the model file included."""
        return self._run.has_model and (self._run.has_report or not self._report)

    def run(
        self,
        arguments: Sequence[str],
        *,
        epochs: int,
        told: Told,
        stopping: Callable[[], bool],
        resuming: Sequence[str] = (),
    ) -> bool:
        """Train until there is a model file: starts, resumes or only waits, as its folder requires.

        Args:
            arguments: of `tenfold train`, for a run that starts: --data, --network, --epochs, ...
            resuming: the same for a run that is resumed: --name, --finish.
            epochs: how many it was asked for, for `told`.
            told: called at once, and twice a second.
            stopping: whether to stop; the run can be resumed.

        Returns:
            whether there is a model; False: it was stopped.

        Raises:
            MissingExtra: training is not installed.
            TrainingError: it ended with an error.
        """
        check_extra()
        # The child of a killed parent is still ending, or a person trains there on the command line.
        while is_training(self._run.folder):
            if stopping():
                return False
            self._tell(epochs, told)
            time.sleep(_POLL_SECONDS)
        if self.ended:
            return True
        self._tell(epochs, told)
        given = ["--resume", *resuming] if self._run.checkpoint_file.is_file() else arguments
        return self._watch(given, epochs, told, stopping)

    def _watch(self, given: Sequence[str], epochs: int, told: Told, stopping: Callable[[], bool]) -> bool:
        self._run.folder.mkdir(parents=True, exist_ok=True)
        self._run.stage_file.unlink(missing_ok=True)  # of an attempt that was killed
        command = ["tenfold", "train", *given, "--run", str(self._run.folder)]
        command += ["--data-dir", str(self._data_dir), "--report" if self._report else "--no-report"]
        environment = {"TENFOLD_HOME": str(self._home), "PYTHONUNBUFFERED": "1"}

        def poll() -> bool:
            self._tell(epochs, told)
            return stopping()

        with processes.Command(
            command,
            environment=environment,
            log=self._run.log_file,
            nice=processes.BEHIND,
            patience=_PATIENCE_SECONDS,
        ) as training:
            if not training.wait(poll, _POLL_SECONDS):
                return self.ended
            self._tell(epochs, told)
            if training.failed or not self.ended:
                raise TrainingError(
                    f"The training run {self._run.name}",
                    "ended without a model",
                    received=training.failure,
                    cure=f"Its whole output is in {self._run.log_file.name} in the run's folder.",
                    reason="training-failed",
                )
        return True

    def _tell(self, epochs: int, told: Told) -> None:
        stage = RunStage.read(self._run) or RunStage("starting")
        told(min(Run(self._run.folder).done, epochs), epochs, stage)


def tell(work: Work[Any], done: int, total: int, stage: RunStage) -> None:
    """Report what a training is doing as a job's progress."""
    work.progress(done, total, stage.stage, asdict(stage))
