"""tenfold train: from pictures to a model file, with nothing to set."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.datasets import SOURCE_HELP, open_data
from tenfold.cli.training_request import Asked
from tenfold.errors import TrainingError

if TYPE_CHECKING:
    from tenfold.datasets.dataset import Dataset
    from tenfold.training.progress import Progress as TrainingProgress
    from tenfold.training.recipe import Recipe

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--data", "source", default="cifar10", metavar="SOURCE", help=SOURCE_HELP)
@click.option("--data-dir", type=_FOLDER, metavar="DIR", help="The folder that holds CIFAR-10, or will.")
@click.option(
    "--network", metavar="NAME", help="A network by name (`tenfold network list`), or module:function."
)
@click.option("--recipe", "recipe_path", type=_FILE, metavar="FILE", help="A recipe as TOML.")
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a setting: optimiser.rate=0.01."
)
@click.option("--show-recipe", is_flag=True, help="Print the whole recipe as TOML, and train nothing.")
@click.option("--epochs", type=click.IntRange(min=1), metavar="N", help="A shorter or longer run.")
@click.option("--batch-size", type=click.IntRange(min=1), metavar="N", help="Pictures per step.")
@click.option(
    "--side", type=click.IntRange(32, 224), metavar="N", help="The pictures' side in pixels, 32 to 224."
)
@click.option("--seed", type=int, metavar="N", help="Another start, order and augmentation.")
@click.option("--from", "start_from", metavar="SOURCE", help="Start from a model file, a run, or 'bundled'.")
@click.option("--freeze-until", metavar="LAYER", help="Layers before this one keep their weights.")
@click.option(
    "--teacher", metavar="SOURCE", help="Learn from a model file's, a run's or the bundled model's answers."
)
@click.option("--run", "run_folder", type=_FOLDER, metavar="DIR", help="Where the run is kept.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped: the newest, or --run's.")
@click.option(
    "--output", "-o", type=_FILE, metavar="FILE", help="Where the model file goes; else in the run's folder."
)
@click.option("--name", metavar="NAME", help="What the model is called.")
@click.option("--device", default="auto", metavar="NAME", help="auto, cpu or cuda.")
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "bfloat16"]),
    help="The number format; auto times both and takes the faster.",
)
@click.option("--tensorboard", is_flag=True, help="Write TensorBoard events into the run's folder.")
@click.option("--mlflow", metavar="URI", help="Log to MLflow at this tracking URI.")
@click.option("--report/--no-report", default=True, help="Write the report page beside the model file.")
def train(**given: Any) -> int | None:
    """Train a network and write its model file and report.

    Without options it fetches CIFAR-10 where it is missing, trains the default network by the default recipe,
    measures it on the test pictures and writes one model file. A run that was stopped goes on with --resume
    and ends as if it had never been.
    """
    from tenfold import settings
    from tenfold.training import recipe_file, runs

    asked = Asked(**given)
    chosen = settings.load()
    home_runs = Path(chosen.home) / "runs"
    if asked.resume:
        asked.refuse_changes()
        folder = asked.run_folder or runs.latest(home_runs)
        recipe = runs.recipe(folder)
        asked = asked.going_on_in(runs.facts(folder, "data")["source"])
    else:
        recipe = asked.recipe()
        folder = asked.run_folder or runs.new_folder(home_runs, datetime.now(), recipe.network)
    if asked.show_recipe:
        click.echo(recipe_file.dumps(recipe), nl=False)
        return None
    data = open_data(asked.source, recipe.side, asked.data_dir or Path(chosen.data_dir), Path(chosen.home))
    click.echo(f"Run: {folder}\n{len(data.training):,} pictures to learn from, {recipe.epochs} epochs")
    return _train(asked, recipe, data, folder)


def _train(asked: Asked, recipe: "Recipe", data: "Dataset", folder: Path) -> int | None:
    from tenfold import pipeline

    lines = _Lines()
    try:
        trainer = pipeline.train(
            data, folder, recipe, device_name=asked.device, resume=asked.resume, reports=[lines.show]
        )
    except KeyboardInterrupt:
        lines.end()
        click.echo(f"Stopped. Go on with: {asked.resume_command(folder)}", err=True)
        return 130
    except TrainingError:
        lines.end()
        raise
    target = asked.output or folder / "model.onnx"
    click.echo("Writing the model file and measuring it on the test pictures ...")
    classifier, evaluation = pipeline.export(
        trainer, data, target, pipeline.export_config(data, recipe, asked.name)
    )
    click.echo(f"Test accuracy: {evaluation.accuracy}")
    click.echo(f"Calibration error: {evaluation.calibration_error:.2%}")
    click.echo(f"Model file: {target}")
    return None


class _Lines:
    """Prints a line for each epoch, and on a terminal one that moves within it."""

    def __init__(self) -> None:
        self._live = sys.stdout.isatty()
        self._headed = False
        self._within = False

    def show(self, p: "TrainingProgress") -> None:
        if not self._headed:
            click.echo("   epoch  pixels    loss  accuracy  validation  pictures/s       spent        left")
            self._headed = True
        finished = p.validation_accuracy is not None
        if not finished and not self._live:
            return
        validation = f"{p.validation_accuracy:.2%}" if finished else f"{p.step}/{p.steps}"
        line = (
            f"{p.epoch:>4}/{p.epochs:<3}  {p.side:>6}  {p.loss:>6.3f}  {p.accuracy:>8.2%}  {validation:>10}"
            f"  {p.pictures_per_second:>10,.0f}  {_clock(p.seconds):>10}  {_clock(p.seconds_left):>10}"
        )
        click.echo(("\r" + line if self._live else line), nl=finished)
        self._within = not finished

    def end(self) -> None:
        """Leave the moving line."""
        if self._within:
            click.echo()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
