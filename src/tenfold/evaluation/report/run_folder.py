"""A training run's folder as a reader of reports needs it. Trains nothing, and copes with older folders.

- metrics.jsonl: a line for each finished epoch; a line that breaks off is passed over
- recipe.toml, or recipe.json of older runs
- environment.json, data.json: may be missing
"""

import json
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenfold.errors import UsageError


@dataclass(frozen=True)
class RunFolder:
    """What a run left: a row of figures for each epoch; recipe, environment and data may be empty."""

    name: str
    epochs: list[dict[str, Any]]
    recipe: dict[str, Any]
    environment: dict[str, Any]
    data: dict[str, Any]

    def curve(self, figure: str) -> list[tuple[int, float]]:
        """(epoch, value) wherever the figure was kept and is a number."""
        return [
            (int(row["epoch"]), float(row[figure]))
            for row in self.epochs
            if _is_number(row.get("epoch")) and _is_number(row.get(figure))
        ]


def read(folder: Path) -> RunFolder:
    """Read a run's folder.

    Raises:
        UsageError: it holds no run.
    """
    if not is_run(folder):
        raise UsageError(
            f"The folder {folder}",
            "holds no training run",
            received="there is no metrics.jsonl in it",
            cure="Name the folder of a run with --run; `tenfold runs` lists them.",
        )
    epochs = []
    for line in (folder / "metrics.jsonl").read_text(encoding="utf-8", errors="replace").splitlines():
        row = _object(line)
        if row:
            epochs.append(row)
    recipe = _json(folder / "recipe.json")
    if (folder / "recipe.toml").is_file():
        recipe = _toml(folder / "recipe.toml")
    return RunFolder(
        folder.resolve().name, epochs, recipe, _json(folder / "environment.json"), _json(folder / "data.json")
    )


def is_run(folder: Path) -> bool:
    """Whether a training run left its figures in this folder."""
    return (folder / "metrics.jsonl").is_file()


def run_of(model: Path) -> Path | None:
    """The run folder that a model file lies in, if it lies in one."""
    return model.parent if is_run(model.parent) else None


def _json(path: Path) -> dict[str, Any]:
    return _object(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else {}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8", errors="replace"))
    except tomllib.TOMLDecodeError:
        return {}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
