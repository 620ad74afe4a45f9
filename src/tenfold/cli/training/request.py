"""What `tenfold train` was asked for, as a recipe and as the command that goes on with it. Trains nothing."""

import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenfold.modelfile import BUNDLED

if TYPE_CHECKING:
    from tenfold.recipes.recipe import Recipe


@dataclass(frozen=True)
class Asked:
    """The options of `tenfold train`; None where one was not given."""

    source: str | None
    data_dir: Path | None
    network: str | None
    recipe_path: Path | None
    changes: tuple[str, ...]
    show_recipe: bool
    find_rate: bool
    epochs: int | None
    batch_size: int | None
    side: int | None
    seed: int | None
    start_from: str | None
    freeze_until: str | None
    weights: Path | None
    teacher: str | None
    outliers: str | None
    run_folder: Path | None
    resume: bool
    finish: bool
    output: Path | None
    name: str | None
    views: str | None
    device: str
    precision: str | None
    tensorboard: bool
    mlflow: str | None
    report: bool

    def recipe(self, started: "Recipe | None" = None) -> "Recipe":
        """The recipe of the file, or the network's published one, with the options' changes.

        Args:
            started: of a run that goes on; it stands where neither a file nor another network is named.
        """
        from tenfold.recipes import recipe_file

        if self.recipe_path is not None:
            recipe = recipe_file.read(self.recipe_path, self.network or "")
        elif started is not None and self.network in (None, started.network):
            recipe = started
        else:
            recipe = recipe_file.shipped(self.network or "default")
        changed: dict[str, Any] = {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "side": self.side,
            "seed": self.seed,
            "precision": self.precision,
            "transfer.source": _place(self.start_from),
            "transfer.freeze_until": self.freeze_until,
            "teacher.source": _place(self.teacher),
            "outliers.source": _place(self.outliers),
            "options.weights": None if self.weights is None else os.path.realpath(self.weights),
        }
        return recipe_file.with_values(
            recipe_file.with_changes(recipe, list(self.changes)),
            {name: value for name, value in changed.items() if value is not None},
        )

    @property
    def chose_batch_size(self) -> bool:
        """Whether the batch size was asked for, so that it has to stay whatever the number of pictures."""
        named = any(change.partition("=")[0].strip() == "batch_size" for change in self.changes)
        return named or self.batch_size is not None or self.recipe_path is not None

    def going_on_in(self, source: str) -> "Asked":
        """The same request for a run that goes on, with the pictures that are at `source`."""
        return replace(self, source=source, resume=True)

    def resume_command(self, folder: Path) -> str:
        """The command line that goes on with this run."""
        words = ["tenfold", "train", "--resume", "--run", str(folder)]
        for option, value in (
            ("--data-dir", self.data_dir),
            ("--output", self.output),
            ("--name", self.name),
            ("--views", self.views),
            ("--device", None if self.device == "auto" else self.device),
            ("--mlflow", self.mlflow),
        ):
            if value is not None:
                words += [option, str(value)]
        words += ["--tensorboard"] * self.tensorboard + ["--no-report"] * (not self.report)
        return shlex.join(words)


def _place(source: str | None) -> str | None:
    """A path that still holds when the run is resumed from another folder."""
    if source is None or source in BUNDLED:
        return source
    return os.path.realpath(source)
