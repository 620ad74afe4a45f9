"""Estimates how long a training takes on this machine, and how large its model is, before it starts.

By the last run of the same network here, else by a short trial in a process of its own. Imports no torch.
"""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from tenfold import processes
from tenfold.class_folders import TRAINING, VALIDATION
from tenfold.datasets.browsing import ALL, browse
from tenfold.errors import TrainingError
from tenfold.models.improvements import Improvements
from tenfold.paths import Home
from tenfold.processes.limits import ProcessLimits
from tenfold.recipes.recipe import Recipe
from tenfold.runs.listing import find_runs
from tenfold.runs.run import Run, is_number
from tenfold.server_files import ServerFiles
from tenfold.workflows.train.process import check_extra
from tenfold.workflows.train.train_job import TrainingRequest

# The share of undivided pictures that is used for training.
_LEARNED_SHARE = 0.8
# The same where the dataset has a training part but no validation part.
_WITHOUT_VALIDATION = 0.9
_TRIAL_SECONDS = 120.0


class TrainingEstimate(BaseModel):
    """The estimated cost of a training on this server."""

    pictures: int = Field(description="To learn from in an epoch.")
    epochs: int
    seconds: float = Field(description="For all epochs.")
    bytes: int | None = Field(description="Of the model file; null: not known.")
    measured: Literal["run", "trial"] = Field(
        description="By the last run of the same network here, or by a short trial."
    )


def seconds_per_epoch(improvements: Improvements, home: Home) -> float | None:
    """Seconds for an epoch of the last training on corrections here; None where unknown."""
    for one in improvements.latest(10):
        run = Run(home.runs / one.run) if one.run else None
        if run is not None and run.done > 0 and run.seconds > 0:
            return run.seconds / run.done
    return None


class Estimates:
    """Makes estimates."""

    def __init__(self, home: Home, data_dir: Path, files: ServerFiles) -> None:
        self._home, self._data_dir, self._files = home, data_dir, files

    def of(self, request: TrainingRequest) -> TrainingEstimate:
        """Estimate a training.

        Raises:
            MissingExtra: training is not installed.
            TrainingError, DatasetError: it cannot be trained, or the data cannot be read.
        """
        recipe = request.settled(self._files).recipe()
        return self.of_recipe(recipe, self.learned_from(request.data))

    def of_recipe(self, recipe: Recipe, pictures: int) -> TrainingEstimate:
        """Estimate a training by a recipe on some pictures. Raises MissingExtra, TrainingError as `of`."""
        check_extra()
        for run in find_runs(self._home.runs):
            if run.network == recipe.network and (speed := _pixels_per_second(run)):
                size = run.model_file.stat().st_size if run.has_model else None
                return _estimate(recipe, pictures, speed, size, "run")
        speed, size = self._trial(recipe)
        return _estimate(recipe, pictures, speed, size, "trial")

    def learned_from(self, source: str) -> int:
        """The number of training pictures of a dataset. Raises DatasetError."""
        counts = browse(source, self._data_dir, self._files).counts
        parts = {part: sum(numbers.values()) for part, numbers in counts.items()}
        kept = 1.0 if VALIDATION in parts else _WITHOUT_VALIDATION
        return round(kept * parts.get(TRAINING, 0) + _LEARNED_SHARE * parts.get(ALL, 0))

    def _trial(self, recipe: Recipe) -> tuple[float, int]:
        """Pixels a second, and the bytes of the weights."""
        command = ["tenfold", "network", "time", recipe.network, "--side", str(recipe.side), "--json"]
        command += ["--batch-size", str(recipe.batch_size)]
        environment = {"TENFOLD_HOME": str(self._home.folder)}
        limits = ProcessLimits(seconds=_TRIAL_SECONDS)
        with processes.Command(command, environment=environment, limits=limits) as trial:
            trial.wait(lambda: False)
            if trial.failed:
                raise TrainingError(
                    f"The network {recipe.network}",
                    "could not be tried",
                    received=trial.failure,
                    reason="trial-failed",
                )
            found = json.loads(trial.output)
        return found["pictures_per_second"] * recipe.side**2, 4 * found["parameters"]


def _estimate(
    recipe: Recipe, pictures: int, speed: float, size: int | None, measured: Literal["run", "trial"]
) -> TrainingEstimate:
    seconds = _work(recipe, pictures) / speed
    return TrainingEstimate(
        pictures=pictures, epochs=recipe.epochs, seconds=seconds, bytes=size, measured=measured
    )


def _work(recipe: Recipe, pictures: int) -> float:
    """The total number of pixels of a training, to which its time is proportional."""
    return float(pictures * sum(recipe.side_at(epoch) ** 2 for epoch in range(recipe.epochs)))


def _pixels_per_second(run: Run) -> float | None:
    """How fast a run here was; None where it does not say."""
    pictures, rows = run.data.get("training"), [row for row in run.epochs if is_number(row.get("side"))]
    if not rows or not run.seconds or not isinstance(pictures, int):
        return None
    return float(pictures * sum(row["side"] ** 2 for row in rows) / run.seconds)
