"""A training run's folder: its recipe, its metrics, its checkpoint. Knows nothing of networks.

- recipe.json: the training configuration
- metrics.jsonl: one line for each finished epoch
- state.safetensors: where the run stands, replaced at each epoch's end
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from tenfold.errors import TrainingError
from tenfold.training.config import TrainingConfig


class Run:
    """One run's folder.

    Args:
        folder: where it is kept; made where it does not exist.
        resume: go on with what is there; without it a folder that holds a run is refused.
    """

    def __init__(self, folder: Path, config: TrainingConfig, *, resume: bool) -> None:
        self.folder = folder
        self.state = folder / "state.safetensors"
        self.metrics = folder / "metrics.jsonl"
        if self.state.exists() and not resume:
            raise TrainingError(
                f"The run folder {folder}",
                "already holds a run",
                cure="Add --resume to go on with it, or name another folder with --run.",
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not self.state.exists():
                self.metrics.unlink(missing_ok=True)
                (folder / "recipe.json").write_text(json.dumps(asdict(config), indent=2) + "\n")
        except OSError as reason:
            raise _cannot_write(folder, reason) from reason

    def log(self, row: dict[str, Any], epoch: int) -> None:
        """Add a line for `epoch`. A resumed run repeats no line: later ones from before are dropped.

        Raises:
            TrainingError: it cannot be written (a full disk, no permission).
        """
        kept = [line for line in self.lines() if line["epoch"] < epoch]
        lines = [*kept, row]
        partial = self.metrics.with_suffix(".partial")
        try:
            partial.write_text("".join(json.dumps(line) + "\n" for line in lines))
            partial.replace(self.metrics)
        except OSError as reason:
            raise _cannot_write(self.folder, reason) from reason

    def lines(self) -> list[dict[str, Any]]:
        """The finished epochs, oldest first."""
        if not self.metrics.exists():
            return []
        return [json.loads(line) for line in self.metrics.read_text().splitlines()]


def _cannot_write(folder: Path, reason: OSError) -> TrainingError:
    return TrainingError(
        f"The run folder {folder}",
        "cannot be written",
        received=reason.strerror or str(reason),
        cure="Free some space or name another folder with --run.",
    )


def new_folder(runs: Path, now: datetime) -> Path:
    """A folder name in `runs` that sorts by time."""
    return runs / now.strftime("%Y%m%d-%H%M%S")


def latest(runs: Path) -> Path:
    """The newest run folder in `runs`. Raises TrainingError where there is none."""
    found = sorted(folder for folder in runs.glob("*") if (folder / "recipe.json").is_file())
    if not found:
        raise TrainingError(
            f"The folder {runs}", "holds no run to go on with", cure="Start one with `tenfold train`."
        )
    return found[-1]


def recipe(folder: Path) -> TrainingConfig:
    """The recipe that a run was started with. Raises TrainingError."""
    path = folder / "recipe.json"
    try:
        return TrainingConfig.from_dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError, KeyError) as reason:
        raise TrainingError(
            f"The recipe {path}",
            "cannot be read",
            received=f"{type(reason).__name__}: {reason}",
            cure="Name the folder of a run with --run, or start a new one.",
        ) from reason
