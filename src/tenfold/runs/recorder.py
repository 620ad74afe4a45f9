"""Writes a training run's folder while it trains. Knows nothing of networks, needs no torch."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tenfold.errors import TrainingError
from tenfold.files import write_whole
from tenfold.recipes import recipe_file
from tenfold.recipes.recipe import Recipe
from tenfold.runs.lock import cannot_write
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.run import Run


class RunRecorder:
    """Writes one run's folder.

    Args:
        run: its folder is made where it does not exist.
        recipe: what is trained.
        resume: continue the run in the folder; without it a folder that holds a run is refused.

    Raises:
        TrainingError: the folder holds a run, or cannot be written.
    """

    def __init__(self, run: Run, recipe: Recipe, *, resume: bool) -> None:
        self._run = run
        if run.checkpoint_file.exists():
            if not resume:
                raise TrainingError(
                    f"The run folder {run.folder}",
                    "already holds a run",
                    cure="Add --resume to go on with it, or name another folder with --run.",
                )
            return
        try:
            run.folder.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise cannot_write(run.folder, reason) from reason
        run.metrics_file.unlink(missing_ok=True)
        run.best_file.unlink(missing_ok=True)
        self._write(run.recipe_file, recipe_file.dumps(recipe))

    def write_environment(self, facts: Mapping[str, Any]) -> None:
        """Where and with what the run is computed. Raises TrainingError where it cannot be written."""
        self._write(self._run.environment_file, _json(facts))

    def write_data(self, facts: Mapping[str, Any]) -> None:
        """Which pictures it learns from. Raises TrainingError where it cannot be written."""
        self._write(self._run.data_file, _json(facts))

    def write_epoch(self, progress: TrainingProgress) -> None:
        """Add a finished epoch. A resumed run repeats no line: this and later ones from before are dropped.

        Raises:
            TrainingError: it cannot be written (a full disk, no permission).
        """
        rows = [row for row in Run(self._run.folder).epochs if row["epoch"] < progress.epoch]
        rows.append(asdict(progress))
        self._write(self._run.metrics_file, "".join(json.dumps(row) + "\n" for row in rows))

    def _write(self, path: Path, text: str) -> None:
        """Write a file so that it is whole at every moment."""
        try:
            # A folder that is gone was lost: a new one would hold this file and nothing else of the run.
            write_whole(path, text.encode(), make_folder=False)
        except OSError as reason:
            raise cannot_write(self._run.folder, reason) from reason


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
