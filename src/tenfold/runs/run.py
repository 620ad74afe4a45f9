"""One training run's folder: the names of its files, and what they say. Needs neither torch nor numpy.

Reads the folders of this tenfold and of earlier ones. What is missing or damaged is passed over: a run that
was killed is still a run.
"""

import math
import os
import shutil
import struct
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

from tenfold import modelfile
from tenfold.errors import ModelFileError, TrainingError
from tenfold.os_errors import refused
from tenfold.parsing import from_json, from_toml
from tenfold.recipes import recipe_file
from tenfold.recipes.recipe import Recipe
from tenfold.runs.lock import is_training

RUNNING, FINISHED, STOPPED = "running", "finished", "stopped"
LONGEST_TITLE = 100
# A checkpoint's facts are in its header; a longer one is not ours.
_LONGEST_HEADER = 50_000_000


class BestEpoch(NamedTuple):
    """The epoch with the highest validation accuracy (0 to 1); of equals, the one with the least loss."""

    epoch: int
    accuracy: float


class Run:
    """A run's folder. Each file is read once, when it is first needed; make another Run to read it again.

    Attributes:
        recipe_file: what was requested of the training.
        environment_file: where and with what it is computed.
        data_file: the pictures: where from, how many, their fingerprint.
        metrics_file: one line for each finished epoch.
        checkpoint_file: the state at the end of the last finished epoch.
        best_file: the best weights, where the recipe keeps them.
        model_file, report_file: what came out.
        title_file: what people call it.
        stage_file: what it is doing now (runs/stages.py).
        request_file, log_file: the request to a server, and the output of the training that it started.
        tensorboard_folder, mlflow_file: TensorBoard's events, and the run's id in MLflow.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe_file = folder / "recipe.toml"
        self.environment_file = folder / "environment.json"
        self.data_file = folder / "data.json"
        self.metrics_file = folder / "metrics.jsonl"
        self.checkpoint_file = folder / "state.safetensors"
        self.best_file = folder / "best.safetensors"
        self.model_file = folder / "model.onnx"
        self.report_file = folder / "report.html"
        self.title_file = folder / "title.txt"
        self.stage_file = folder / "stage.json"
        self.request_file = folder / "asked.json"
        self.log_file = folder / "training.log"
        self.tensorboard_folder = folder / "tensorboard"
        self.mlflow_file = folder / "mlflow.json"
        self._older_recipe_file = folder / "recipe.json"  # tenfold 0.1

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The run in a folder. Raises TrainingError where it holds none."""
        run = cls(folder)
        if not run.exists:
            raise TrainingError(
                f"The folder {folder}",
                "holds no training run" if folder.is_dir() else "does not exist",
                cure="`tenfold runs` lists those that there are.",
            )
        return run

    @classmethod
    def of_model(cls, path: Path) -> Self | None:
        """The run in whose folder a model file is, if it is in one."""
        run = cls(path.parent)
        return run if run.exists else None

    @property
    def exists(self) -> bool:
        """Whether the folder holds a run: a recipe, and figures or a checkpoint."""
        recipe = self.recipe_file.is_file() or self._older_recipe_file.is_file()
        return recipe and (self.metrics_file.is_file() or self.checkpoint_file.is_file())

    @property
    def name(self) -> str:
        return os.path.basename(os.path.abspath(self.folder))

    @property
    def title(self) -> str:
        """What people call it; empty where nobody named it."""
        named = " ".join(_text(self.title_file).split())
        return "".join(letter for letter in named if letter.isprintable())[:LONGEST_TITLE]

    @cached_property
    def recipe(self) -> dict[str, Any]:
        """The recipe as it was written; empty where it cannot be read."""
        try:
            return from_toml(_text(self.recipe_file)) or _object(_text(self._older_recipe_file))
        except ValueError:
            return {}

    def parse_recipe(self) -> Recipe:
        """The recipe that the run was started with. Raises TrainingError where it cannot be read."""
        return recipe_file.read(self.recipe_file)

    @cached_property
    def environment(self) -> dict[str, Any]:
        """Where and with what it was computed; empty where it was not written."""
        return _object(_text(self.environment_file))

    @cached_property
    def data(self) -> dict[str, Any]:
        """Facts of the pictures; empty where they were not written."""
        return _object(_text(self.data_file))

    def require_data(self) -> dict[str, Any]:
        """The same, where it is required. Raises TrainingError where they cannot be read."""
        if not self.data:
            raise TrainingError(
                f"The file {self.data_file}",
                "is missing or damaged",
                cure="Name the folder of a run with --run, or start a new one.",
            )
        return self.data

    @cached_property
    def request(self) -> dict[str, Any]:
        """What a server was asked to train; empty for a run of the command line."""
        return _object(_text(self.request_file))

    @cached_property
    def epochs(self) -> list[dict[str, Any]]:
        """The finished epochs' figures, the first first; a line that breaks off is passed over."""
        rows = map(_object, _text(self.metrics_file).splitlines())
        return [row for row in rows if is_number(row.get("epoch"))]

    @property
    def network(self) -> str:
        """Runs of earlier versions trained the default network and did not say so."""
        return str(self.recipe.get("network", "default"))

    @property
    def source(self) -> str:
        """cifar10, or where the pictures are."""
        return str(self.data.get("source") or "cifar10")

    @property
    def done(self) -> int:
        """How many epochs are finished."""
        return int(self.epochs[-1]["epoch"]) if self.epochs else 0

    @property
    def planned(self) -> int:
        """How many epochs the recipe has; 0 where it does not say."""
        if is_number(self.recipe.get("epochs")):
            return int(self.recipe["epochs"])
        stages = self.recipe.get("stages", [])
        return sum(int(stage["epochs"]) for stage in stages if isinstance(stage, dict) and "epochs" in stage)

    @property
    def best(self) -> BestEpoch | None:
        """The best epoch by validation accuracy; None where none was measured."""
        points, losses = self.points("validation_accuracy"), dict(self.points("validation_loss"))
        if not points:
            return None
        return BestEpoch(*max(points, key=lambda point: (point[1], -losses.get(point[0], math.inf))))

    @property
    def kept_epoch(self) -> int | None:
        """The epoch whose weights the model has; None where the run has not ended, or does not say."""
        kept = self.environment.get("epoch_kept")
        return int(kept) if kept is not None and is_number(kept) else None

    @property
    def seconds(self) -> float:
        """How long it trained, without what was lost to kills."""
        return (self.curve("seconds") or [None])[-1] or 0.0

    @cached_property
    def test_accuracy(self) -> float | None:
        """Of the model file, 0 to 1; None where there is none, or it does not say."""
        try:
            scores = modelfile.read(self.model_file)[1].scores.get("test", {}) if self.has_model else {}
        except ModelFileError:
            return None
        accuracy = scores.get("accuracy") if isinstance(scores, dict) else None
        return float(accuracy) if accuracy is not None and is_number(accuracy) else None

    @property
    def has_model(self) -> bool:
        return self.model_file.is_file()

    @property
    def has_report(self) -> bool:
        return self.report_file.is_file()

    @property
    def state(self) -> str:
        """running, finished or stopped."""
        if is_training(self.folder):
            return RUNNING
        return FINISHED if self.has_model or self.ended else STOPPED

    @property
    def ended(self) -> bool:
        """Whether it was trained to its last epoch, or stopped early by its recipe."""
        return 0 < self.planned <= self.done or bool(self._checkpoint_facts().get("stopped"))

    @property
    def changed(self) -> float:
        """When the run last made progress, seconds since 1970."""
        files = (self.metrics_file, self.checkpoint_file, self.recipe_file, self._older_recipe_file)
        return max(map(_changed, files))

    def when(self) -> str:
        """The same in local time: 2026-11-21 14:05."""
        return datetime.fromtimestamp(self.changed).strftime("%Y-%m-%d %H:%M")

    def curve(self, figure: str) -> list[float | None]:
        """A metric of each finished epoch; None where it is not known."""
        values: list[Any] = [row.get(figure) for row in self.epochs]
        return [float(value) if is_number(value) else None for value in values]

    def points(self, figure: str) -> list[tuple[int, float]]:
        """(epoch, value) of each finished epoch for which a figure is known."""
        values = zip(self.epochs, self.curve(figure), strict=True)
        return [(int(row["epoch"]), value) for row, value in values if value is not None]

    def output(self, longest: int = 4000) -> str:
        """The end of what the training printed that a server started; empty for other runs."""
        return _text(self.log_file)[-longest:]

    def delete(self) -> None:
        """Delete the folder.

        Raises:
            TrainingError: it holds no run, is a link, is being trained in, or cannot be deleted.
        """
        subject = f"The run {self.folder}"
        if self.folder.is_symlink():
            raise TrainingError(subject, "is a link; only a folder is deleted", cure="Delete where it leads.")
        Run.open(self.folder)
        if is_training(self.folder):
            raise TrainingError(
                subject,
                "is being trained in",
                cure="Wait for it, or stop it with Ctrl-C, and delete it then.",
                reason="run-in-training",
            )
        try:
            shutil.rmtree(self.folder)
        except OSError as reason:
            raise refused(TrainingError, subject, reason, "cannot be deleted") from reason

    def _checkpoint_facts(self) -> dict[str, Any]:
        """The facts in a checkpoint's header (the safetensors format), without its tensors."""
        try:
            with self.checkpoint_file.open("rb") as file:
                (length,) = struct.unpack("<Q", file.read(8))
                if length > _LONGEST_HEADER:
                    return {}
                header = _object(file.read(length).decode(errors="replace"))
        except (OSError, struct.error):
            return {}
        metadata = header.get("__metadata__")
        return _object(metadata.get("tenfold", "")) if isinstance(metadata, dict) else {}


def is_number(value: Any) -> bool:
    """Whether a value read from JSON is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _object(text: str) -> dict[str, Any]:
    try:
        found = from_json(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
