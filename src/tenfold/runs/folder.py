"""A training run's folder. Knows nothing of networks, needs no torch.

- recipe.toml: what was asked for
- environment.json: where and with what it is computed
- data.json: the pictures: where from, how many, their fingerprint
- metrics.jsonl: one line for each finished epoch
- state.safetensors: where the run stands, replaced at each epoch's end; best.safetensors: the best weights
- model.onnx, report.html, report.json: what came out
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tenfold.errors import TrainingError
from tenfold.files import replacing
from tenfold.recipes import recipe_file
from tenfold.recipes.recipe import Recipe


class Run:
    """One run's folder.

    Args:
        folder: where it is kept; made where it does not exist.
        recipe: what is asked for.
        resume: go on with what is there; without it a folder that holds a run is refused.

    Raises:
        TrainingError: the folder holds a run, or cannot be written.
    """

    def __init__(self, folder: Path, recipe: Recipe, *, resume: bool) -> None:
        self.folder = folder
        self.state = folder / "state.safetensors"
        self.best = folder / "best.safetensors"
        self.metrics = folder / "metrics.jsonl"
        if self.state.exists() and not resume:
            raise TrainingError(
                f"The run folder {folder}",
                "already holds a run",
                cure="Add --resume to go on with it, or name another folder with --run.",
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise _cannot_write(folder, reason) from reason
        if not self.state.exists():
            self.metrics.unlink(missing_ok=True)
            self.best.unlink(missing_ok=True)
            self._write("recipe.toml", recipe_file.dumps(recipe))

    def note(self, name: str, facts: Mapping[str, Any]) -> None:
        """Write facts as JSON: `environment` or `data`. Raises TrainingError where it cannot be written."""
        self._write(f"{name}.json", json.dumps(facts, indent=2, ensure_ascii=False) + "\n")

    def log(self, row: dict[str, Any], epoch: int) -> None:
        """Add a line for `epoch`. A resumed run repeats no line: later ones from before are dropped.

        Raises:
            TrainingError: it cannot be written (a full disk, no permission).
        """
        kept = [line for line in self.lines() if line["epoch"] < epoch]
        self._write("metrics.jsonl", "".join(json.dumps(line) + "\n" for line in [*kept, row]))

    def lines(self) -> list[dict[str, Any]]:
        """The finished epochs, oldest first."""
        return lines(self.folder)

    def _write(self, name: str, text: str) -> None:
        """Write a file so that it is whole at every moment."""
        try:
            # A folder that is gone was lost: a new one would hold this file and nothing else of the run.
            with replacing(self.folder / name, make_folder=False) as part:
                part.write_text(text, encoding="utf-8")
        except OSError as reason:
            raise _cannot_write(self.folder, reason) from reason


def _cannot_write(folder: Path, reason: OSError) -> TrainingError:
    return TrainingError(
        f"The run folder {folder}",
        "cannot be written",
        received=reason.strerror or str(reason),
        cure="Free some space or name another folder with --run.",
    )


def new_folder(runs: Path, now: datetime, network: str = "") -> Path:
    """A folder name in `runs` that sorts by time and says which network is trained."""
    name = "".join(c if c.isalnum() or c in "-." else "-" for c in network)
    return runs / "-".join(filter(None, [now.strftime("%Y%m%d-%H%M%S"), name]))


def latest(runs: Path) -> Path:
    """The newest run folder in `runs`. Raises TrainingError where there is none."""
    found = sorted(folder for folder in runs.glob("*") if (folder / "recipe.toml").is_file())
    if not found:
        raise TrainingError(
            f"The folder {runs}", "holds no run to go on with", cure="Start one with `tenfold train`."
        )
    return found[-1]


def lines(folder: Path) -> list[dict[str, Any]]:
    """A run's finished epochs, oldest first."""
    path = folder / "metrics.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def recipe(folder: Path) -> Recipe:
    """The recipe that a run was started with. Raises TrainingError."""
    return recipe_file.read(folder / "recipe.toml")


def facts(folder: Path, name: str) -> dict[str, Any]:
    """A run's `environment` or `data`. Raises TrainingError where it was not kept."""
    path = folder / f"{name}.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise TrainingError(
            f"The file {path}",
            "cannot be read",
            received=f"{type(reason).__name__}: {reason}",
            cure="Name the folder of a run with --run, or start a new one.",
        ) from reason
    return found
