"""tenfold train: from CIFAR-10 to a model file, with nothing to set."""

import shlex
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.terminal import Progress
from tenfold.errors import TrainingError, UsageError

if TYPE_CHECKING:
    from tenfold.training.config import TrainingConfig
    from tenfold.training.loop import Progress as TrainingProgress

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--data-dir", type=_FOLDER, metavar="DIR", help="The folder that holds CIFAR-10, or will.")
@click.option("--run", "run_folder", type=_FOLDER, metavar="DIR", help="Where the run is kept.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped: the newest, or --run's.")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the model file goes; otherwise model.onnx in the run's folder.",
)
@click.option("--epochs", type=click.IntRange(min=1), metavar="N", help="A shorter or longer run.")
@click.option("--batch-size", type=click.IntRange(min=1), metavar="N", help="Pictures per step.")
@click.option("--seed", type=int, metavar="N", help="Another start, order and augmentation.")
@click.option("--device", default="auto", metavar="NAME", help="auto, cpu or cuda.")
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "bfloat16"]),
    help="The number format; auto times both and takes the faster.",
)
def train(
    data_dir: Path | None,
    run_folder: Path | None,
    resume: bool,
    output: Path | None,
    epochs: int | None,
    batch_size: int | None,
    seed: int | None,
    device: str,
    precision: str | None,
) -> int | None:
    """Train a network and write its model file.

    Without options it fetches CIFAR-10 where it is missing, trains the default network by the default recipe,
    measures it on the test pictures and writes one model file. A run that was stopped goes on with --resume
    and ends as if it had never been.
    """
    from tenfold import pipeline, settings
    from tenfold.datasets.fetch import fetch_cifar10
    from tenfold.networks.default import DefaultConfig
    from tenfold.training import runs

    chosen = settings.load()
    home_runs = Path(chosen.home) / "runs"
    if resume:
        _refuse_changes(epochs=epochs, batch_size=batch_size, seed=seed, precision=precision)
        folder = run_folder or runs.latest(home_runs)
        config = runs.recipe(folder)
    else:
        folder = run_folder or runs.new_folder(home_runs, datetime.now())
        config = _config(epochs, batch_size, seed, precision)
    pictures = data_dir or Path(chosen.data_dir)
    with Progress(sys.stderr, "MB", scale=1e6) as progress:
        fetch_cifar10(pictures, progress=progress.show)
    data = pipeline.load_cifar10(pictures)
    click.echo(f"Run: {folder}\n{len(data.training):,} pictures to learn from, {config.epochs} epochs")
    lines = _Lines()
    try:
        trainer = pipeline.train(
            data,
            folder,
            network=DefaultConfig(),
            config=config,
            device_name=device,
            resume=resume,
            report=lines.show,
        )
    except KeyboardInterrupt:
        lines.end()
        command = _resume_command(folder, data_dir=data_dir, output=output, device=device)
        click.echo(f"Stopped. Go on with: {command}", err=True)
        return 130
    except TrainingError:
        lines.end()
        raise
    target = output or folder / "model.onnx"
    click.echo("Writing the model file and measuring it on the test pictures ...")
    _, evaluation = pipeline.export(trainer, data, target, pipeline.ExportConfig())
    click.echo(f"Test accuracy: {evaluation.accuracy}")
    click.echo(f"Calibration error: {evaluation.calibration_error:.2%}")
    click.echo(f"Model file: {target}")
    return None


def _config(
    epochs: int | None, batch_size: int | None, seed: int | None, precision: str | None
) -> "TrainingConfig":
    from tenfold.training.config import TrainingConfig

    config = TrainingConfig()
    if epochs is not None:
        config = config.with_epochs(epochs)
    given: dict[str, Any] = {"batch_size": batch_size, "seed": seed, "precision": precision}
    return replace(config, **{name: value for name, value in given.items() if value is not None})


def _refuse_changes(**given: object) -> None:
    changed = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if changed:
        raise UsageError(
            "--resume",
            "goes on with the recipe that the run was started with",
            received=f"{', '.join(changed)} would change it",
            cure="Leave that out, or start a new run without --resume.",
        )


def _resume_command(folder: Path, *, data_dir: Path | None, output: Path | None, device: str) -> str:
    words = ["tenfold", "train", "--resume", "--run", str(folder)]
    if data_dir is not None:
        words += ["--data-dir", str(data_dir)]
    if output is not None:
        words += ["--output", str(output)]
    if device != "auto":
        words += ["--device", device]
    return shlex.join(words)


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
