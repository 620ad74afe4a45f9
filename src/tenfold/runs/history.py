"""What training runs left, read back: for lists, comparisons and deletion. Needs neither torch nor numpy.

Reads the run folders of this tenfold and of earlier ones (runs/folder.py says what is in one). Whatever is
missing or broken off is passed over: a run that was killed is still a run.
"""

import json
import math
import os
import shutil
import struct
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tenfold import modelfile
from tenfold.errors import ModelFileError, TrainingError
from tenfold.runs import lock as presence

RECIPES = ("recipe.toml", "recipe.json")
METRICS, STATE, MODEL = "metrics.jsonl", "state.safetensors", "model.onnx"
RUNNING, FINISHED, STOPPED = "running", "finished", "stopped"
# A checkpoint's facts stand in its header; a longer one is no checkpoint of ours.
_LONGEST_HEADER = 50_000_000


@dataclass(frozen=True)
class History:
    """One run, as its folder tells it.

    Attributes:
        folder: where it is.
        recipe, environment, data: as kept; empty where they were not.
        rows: the finished epochs' figures, oldest first.
        state: running, finished or stopped.
        test: the test figures that the run's model file carries; empty where there is no model file.
        changed: when the folder's figures last changed, seconds since 1970.
    """

    folder: Path
    recipe: dict[str, Any]
    environment: dict[str, Any]
    data: dict[str, Any]
    rows: list[dict[str, Any]]
    state: str
    test: dict[str, Any]
    changed: float

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def network(self) -> str:
        """Runs of earlier versions trained the default network and did not say so."""
        return str(self.recipe.get("network", "default"))

    @property
    def source(self) -> str:
        return str(self.data.get("source", "cifar10"))

    @property
    def done(self) -> int:
        """How many epochs are finished."""
        return int(self.rows[-1]["epoch"]) if self.rows else 0

    @property
    def planned(self) -> int:
        """How many epochs the recipe asks for; 0 where it does not say."""
        return _planned(self.recipe)

    @property
    def best(self) -> dict[str, Any] | None:
        """The row with the highest validation accuracy, the earliest of equals."""
        known = [row for row in self.rows if is_number(row.get("validation_accuracy"))]
        return max(known, key=lambda row: float(row["validation_accuracy"])) if known else None

    @property
    def seconds(self) -> float:
        """How long it trained, without what was lost to kills."""
        found: Any = self.rows[-1].get("seconds") if self.rows else 0.0
        return float(found) if is_number(found) else 0.0

    @property
    def test_accuracy(self) -> float | None:
        found: Any = self.test.get("accuracy")
        return float(found) if is_number(found) else None

    @property
    def model(self) -> Path | None:
        """The model file in the folder, if it has been written."""
        path = self.folder / MODEL
        return path if path.is_file() else None

    def curve(self, figure: str) -> list[float | None]:
        """A figure of each finished epoch; None where it is not known."""
        found: list[Any] = [row.get(figure) for row in self.rows]
        return [float(value) if is_number(value) else None for value in found]

    def when(self) -> str:
        """When the figures last changed, in local time: 2026-11-21 14:05."""
        return datetime.fromtimestamp(self.changed).strftime("%Y-%m-%d %H:%M")


def is_run(folder: Path) -> bool:
    """Whether a folder holds a training run: a recipe, and figures or a checkpoint."""
    return any((folder / name).is_file() for name in RECIPES) and any(
        (folder / name).is_file() for name in (METRICS, STATE)
    )


def read(folder: Path) -> History:
    """Read one run.

    Raises:
        TrainingError: the folder holds no run.
    """
    if not is_run(folder):
        raise TrainingError(
            f"The folder {folder}",
            "holds no training run" if folder.is_dir() else "does not exist",
            cure="`tenfold runs` lists those that there are.",
        )
    recipe = _recipe(folder)
    rows = list(_rows(folder / METRICS))
    return History(
        folder=folder,
        recipe=recipe,
        environment=_object(_text(folder / "environment.json")),
        data=_object(_text(folder / "data.json")),
        rows=rows,
        state=_state(folder, recipe, rows),
        test=_test(folder / MODEL),
        changed=max(_changed(folder / name) for name in (METRICS, STATE, *RECIPES)),
    )


def find(runs: Path) -> list[History]:
    """All runs in a folder, the newest first."""
    folders = [one for one in runs.glob("*") if one.is_dir() and is_run(one)] if runs.is_dir() else []
    return sorted((read(folder) for folder in folders), key=lambda run: run.changed, reverse=True)


def named(name: str, runs: Path) -> History:
    """The run of that name in the folder `runs`, or at that path.

    Raises:
        TrainingError: there is none.
    """
    inside = runs / name
    return read(inside if is_run(inside) and not os.path.isabs(name) else Path(name))


def delete(run: History) -> None:
    """Delete a run's folder.

    Raises:
        TrainingError: it is no run, a link, is being trained in, or cannot be deleted.
    """
    subject = f"The run {run.folder}"
    if run.folder.is_symlink():
        raise TrainingError(subject, "is a link; only a folder is deleted", cure="Delete where it leads.")
    read(run.folder)  # still a run, whatever was read before
    if presence.is_training(run.folder):
        raise TrainingError(
            subject, "is being trained in", cure="Wait for it, or stop it with Ctrl-C, and delete it then."
        )
    try:
        shutil.rmtree(run.folder)
    except OSError as reason:
        raise TrainingError(
            subject, "cannot be deleted", received=f"{reason.filename}: {reason.strerror}"
        ) from reason


def is_number(value: Any) -> bool:
    """Whether a value read from JSON is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _state(folder: Path, recipe: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    if presence.is_training(folder):
        return RUNNING
    done = int(rows[-1]["epoch"]) if rows else 0
    planned = _planned(recipe)
    ended = (planned and done >= planned) or _checkpoint_facts(folder / STATE).get("stopped")
    return FINISHED if ended or (folder / MODEL).is_file() else STOPPED


def _planned(recipe: dict[str, Any]) -> int:
    if is_number(recipe.get("epochs")):
        return int(recipe["epochs"])
    stages = recipe.get("stages", [])
    return sum(int(stage["epochs"]) for stage in stages if isinstance(stage, dict) and "epochs" in stage)


def _recipe(folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(folder / RECIPES[0])) or _object(_text(folder / RECIPES[1]))
    except tomllib.TOMLDecodeError:
        return {}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in _text(path).splitlines():
        row = _object(line)
        if is_number(row.get("epoch")):
            yield row


def _test(model: Path) -> dict[str, Any]:
    if not model.is_file():
        return {}
    try:
        found = modelfile.read(model)[1].scores.get("test", {})
    except ModelFileError:
        return {}
    return found if isinstance(found, dict) else {}


def _checkpoint_facts(path: Path) -> dict[str, Any]:
    """What a checkpoint says of itself, from its header alone (the safetensors format)."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _LONGEST_HEADER:
                return {}
            header = _object(file.read(length).decode(errors="replace"))
    except (OSError, struct.error):
        return {}
    metadata = header.get("__metadata__")
    return _object(metadata.get("tenfold", "")) if isinstance(metadata, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
