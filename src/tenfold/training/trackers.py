"""A run's figures for TensorBoard and MLflow, by their own libraries. Made only when a flag asks for it.

Knows what a run reports (runs/progress.py), and nothing of training. Neither library is imported before
its tracker is made; both come with the extra `tracking`.
"""

import json
import logging
import os
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from tenfold.errors import MissingExtra, TrainingError
from tenfold.files import write_whole
from tenfold.recipes.recipe_file import flat
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import Run

# Of a finished epoch: the figure's name there, and the attribute of TrainingProgress.
FIGURES = {
    "train/loss": "loss",
    "train/accuracy": "accuracy",
    "train/precision": "precision",
    "train/recall": "recall",
    "validation/loss": "validation_loss",
    "validation/accuracy": "validation_accuracy",
    "validation/precision": "validation_precision",
    "validation/recall": "validation_recall",
    "run/rate": "rate",
    "run/side": "side",
    "run/pictures_per_second": "pictures_per_second",
    "run/seconds": "seconds",
}
# What MLflow's servers take in one request, and the longest value of a parameter.
_PARAMETERS_AT_ONCE, _LONGEST_PARAMETER = 100, 6000
_METRICS_AT_ONCE = 1000


class ExperimentTracker(Protocol):
    """Takes every progress report; keeps those of finished epochs. `problem` says what could not be kept."""

    problem: str

    def log(self, progress: TrainingProgress) -> None: ...

    def close(self, *, finished: bool = True) -> None: ...


def opened(
    folder: Path, recipe: Mapping[str, Any], *, tensorboard: bool, mlflow: str, experiment: str = "tenfold"
) -> list[ExperimentTracker]:
    """The trackers that were requested, for the run in `folder`.

    Args:
        recipe: the run's settings as plain nested values.
        tensorboard: write TensorBoard's event files into the run's folder.
        mlflow: MLflow's tracking URI; empty for none.

    Raises:
        MissingExtra: the library is not installed.
        TrainingError: MLflow cannot be reached, or does not know such a URI.
    """
    made: list[ExperimentTracker] = []
    if tensorboard:
        made.append(TensorBoard(Run(folder).tensorboard_folder, recipe))
    if mlflow:
        made.append(MLflow(mlflow, experiment, folder, recipe))
    return made


class TensorBoard:
    """Event files for `tensorboard --logdir`.

    Args:
        folder: where the files go.
        recipe: the run's settings, shown under Text.

    Raises:
        MissingExtra: tensorboard is not installed.
    """

    def __init__(self, folder: Path, recipe: Mapping[str, Any]) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ModuleNotFoundError as missing:
            raise _missing("TensorBoard logging", missing) from missing
        self.problem = ""
        self._make = SummaryWriter
        self._folder, self._recipe = folder, recipe
        self._writer: SummaryWriter | None = None

    def log(self, progress: TrainingProgress) -> None:
        """Write a finished epoch's figures."""
        figures = _figures(progress)
        if not figures:
            return
        if self._writer is None:
            # TensorBoard then drops what a killed run wrote of this and later epochs.
            self._writer = self._make(str(self._folder), purge_step=progress.epoch)
            rows = "\n".join(f"| {name} | {value} |" for name, value in flat(self._recipe))
            self._writer.add_text("recipe", f"| setting | value |\n|---|---|\n{rows}", progress.epoch)
        for name, value in figures.items():
            self._writer.add_scalar(name, value, progress.epoch)
        self._writer.flush()

    def close(self, *, finished: bool = True) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.close()


class MLflow:
    """A run on an MLflow server, or in a database that `mlflow ui --backend-store-uri` shows.

    A server that is away does not stop training: its figures are sent with the next epoch's. `problem` says
    what was never sent.

    Args:
        uri: a tracking URI: http://..., or sqlite:///mlflow.db for a file without a server.
        experiment: the experiment's name; made where it is not there.
        folder: the run's folder, which names the run; mlflow.json in it leads a resumed run to its place.
        recipe: the run's settings, kept as its parameters.

    Raises:
        MissingExtra: mlflow is not installed.
        TrainingError: MLflow cannot be reached, or does not know such a URI.
    """

    def __init__(self, uri: str, experiment: str, folder: Path, recipe: Mapping[str, Any]) -> None:
        # Its defaults report usage to its makers, and retry a dead server for four minutes.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
        self.problem = ""
        self._uri, self._waiting = uri, list[Any]()
        try:
            from mlflow.entities import Metric, Param
            from mlflow.exceptions import MlflowException
            from mlflow.tracking import MlflowClient
        except ModuleNotFoundError as missing:
            raise _missing("MLflow logging", missing) from missing
        self._metric, self._refusal = Metric, MlflowException
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its own, about its own libraries
                self._client = MlflowClient(tracking_uri=uri)
                self._run, fresh = self._found_or_made(experiment, folder)
                settings = [Param(k, str(v)[:_LONGEST_PARAMETER]) for k, v in flat(recipe) if fresh]
                for start in range(0, len(settings), _PARAMETERS_AT_ONCE):
                    some = settings[start : start + _PARAMETERS_AT_ONCE]
                    self._client.log_batch(self._run, params=some)
        except MlflowException as reason:
            raise TrainingError(
                f"MLflow at {uri}",
                "cannot be used",
                received=_first_sentence(reason),
                cure="Start its server, or name a database: --mlflow sqlite:///mlflow.db",
            ) from reason

    def _found_or_made(self, experiment: str, folder: Path) -> tuple[str, bool]:
        """The run's id, and whether it is new."""
        note = Run(folder).mlflow_file
        known = _read(note)
        if known.get("uri") == self._uri:
            try:
                self._client.update_run(known["run"], status="RUNNING")
                return str(known["run"]), False
            except self._refusal:
                pass  # deleted meanwhile
        there = self._client.get_experiment_by_name(experiment)
        place = there.experiment_id if there else self._client.create_experiment(experiment)
        made = self._client.create_run(place, run_name=folder.name).info.run_id
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"uri": self._uri, "experiment": experiment, "run": made}
        write_whole(note, f"{json.dumps(kept)}\n".encode())
        return made, True

    def log(self, progress: TrainingProgress) -> None:
        """Send a finished epoch's figures."""
        now = round(time.time() * 1000)
        figures = _figures(progress)
        self._waiting += [self._metric(name, value, now, progress.epoch) for name, value in figures.items()]
        if figures:
            self._send()

    def _send(self) -> None:
        try:
            while self._waiting:
                self._client.log_batch(self._run, metrics=self._waiting[:_METRICS_AT_ONCE])
                del self._waiting[:_METRICS_AT_ONCE]
            self.problem = ""
        except self._refusal as reason:
            self.problem = f"{len(self._waiting)} figures did not reach MLflow: {_first_sentence(reason)}"

    def close(self, *, finished: bool = True) -> None:
        """Send what waits, and end the run as finished or stopped."""
        self._send()
        try:
            self._client.set_terminated(self._run, status="FINISHED" if finished else "KILLED")
        except self._refusal as reason:
            self.problem = self.problem or f"MLflow did not learn of the end: {_first_sentence(reason)}"


def _figures(progress: TrainingProgress) -> dict[str, float]:
    """A finished epoch's figures by their names there; nothing within an epoch."""
    if progress.validation_accuracy is None:
        return {}
    found = {name: getattr(progress, attribute) for name, attribute in FIGURES.items()}
    return {name: float(value) for name, value in found.items() if value is not None}


def _read(note: Path) -> dict[str, Any]:
    try:
        found = json.loads(note.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _first_sentence(reason: Exception) -> str:
    if "Max retries exceeded" in str(reason):
        return "no server answers there"
    return str(reason).strip().splitlines()[0].partition(". ")[0][:200]


def _missing(what: str, missing: ModuleNotFoundError) -> MissingExtra:
    return MissingExtra.of(what, "tracking", (missing.name or "").partition(".")[0])
