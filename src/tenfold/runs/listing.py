"""The runs in a folder of runs: all of them, the newest, one by its name; and names for new ones."""

import os
from datetime import datetime
from pathlib import Path

from tenfold.errors import TrainingError
from tenfold.runs.run import Run


def find_runs(runs: Path) -> list[Run]:
    """All runs in a folder, the newest first."""
    found = [run for folder in runs.glob("*") if folder.is_dir() and (run := Run(folder)).exists]
    return sorted(found, key=lambda run: run.changed, reverse=True)


def named_run(name: str, runs: Path) -> Run:
    """The run of that name in the folder `runs`, or at that path. Raises TrainingError."""
    inside = Run(runs / name)
    return inside if inside.exists and not os.path.isabs(name) else Run.open(Path(name))


def latest_run(runs: Path) -> Run:
    """The newest run in `runs`, also where no epoch is finished. Raises TrainingError where there is none."""
    found = [run for folder in sorted(runs.glob("*")) if (run := Run(folder)).recipe_file.is_file()]
    if not found:
        raise TrainingError(
            f"The folder {runs}", "holds no run to go on with", cure="Start one with `tenfold train`."
        )
    return found[-1]


def new_run_folder(runs: Path, now: datetime, network: str = "") -> Path:
    """A folder name in `runs` that sorts by time and says which network is trained."""
    name = "".join(c if c.isalnum() or c in "-." else "-" for c in network)
    return runs / "-".join(filter(None, [now.strftime("%Y%m%d-%H%M%S"), name]))


def data_of_runs(runs: Path) -> list[str]:
    """Where the pictures of the runs are, the newest run's first; CIFAR-10 is not among them."""
    found = [run for folder in runs.glob("*") if (run := Run(folder)).data_file.is_file()]
    found.sort(key=lambda run: run.data_file.stat().st_mtime, reverse=True)
    return [source for source in dict.fromkeys(run.source for run in found) if source != "cifar10"]
