"""The learning curve of `tenfold evaluate`, with its progress shown. Concludes nothing."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.data.datasets import open_data
from tenfold.cli.training.live import LiveTable
from tenfold.paths import Home

if TYPE_CHECKING:
    from tenfold.evaluation.learning_curve import LearningCurve
    from tenfold.modelfile import ModelInfo


def trained_curve(
    info: "ModelInfo", source: str, epochs: int | None, *, data_dir: Path, home: Home
) -> "LearningCurve":
    """Train the model's recipe on parts of the pictures; what was trained before is taken from `home`.

    Raises:
        DatasetError: there are too few pictures.
        TrainingError: a part cannot be trained.
    """
    from tenfold.recipes import recipe_file
    from tenfold.training.learning_curve import learning_curve, recipe_of

    recipe = recipe_of(info, epochs)
    data = open_data(source, info.input_size, data_dir, home.cache)
    # The same question goes on where it was stopped; another recipe or other pictures begin again.
    question = hashlib.sha256((recipe_file.dumps(recipe) + data.fingerprint).encode()).hexdigest()
    tables = [LiveTable()]

    def begin(doing: str) -> None:
        tables[-1].end()
        tables.append(LiveTable())
        click.echo(f"{doing}, {recipe.epochs} epoch{'s' * (recipe.epochs > 1)}", err=True)

    try:
        return learning_curve(
            data,
            recipe,
            home.learning_curves / question[:16],
            on_step=begin,
            report=lambda progress: tables[-1].show(progress),
        )
    finally:
        tables[-1].end()
