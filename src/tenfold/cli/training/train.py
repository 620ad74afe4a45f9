"""tenfold train: from pictures to a model file, with nothing to set."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.data.datasets import (
    SOURCE_HELP,
    confined_files,
    confined_option,
    fetched_dir_option,
    open_data,
)
from tenfold.cli.terminal.paths import FILE, FILE_TO_WRITE, FOLDER
from tenfold.cli.terminal.text import say
from tenfold.cli.training.choose_network import choose_network
from tenfold.cli.training.choose_run import choose_run
from tenfold.cli.training.find_rate import show_rates
from tenfold.cli.training.live import LiveTable
from tenfold.cli.training.request import Asked
from tenfold.errors import TrainingError, UsageError, counted
from tenfold.modelfile import BUNDLED_NAMES
from tenfold.paths import Home

if TYPE_CHECKING:
    from tenfold.datasets.dataset import Dataset
    from tenfold.recipes.recipe import Recipe
    from tenfold.runs.run import Run
    from tenfold.runs.stages import StageRecorder
    from tenfold.training.loop import Trainer

# With fewer pictures of each class a network that begins with nothing does worse than a pretrained one.
_FEW = 50


@click.command()
@click.option("--data", "source", metavar="SOURCE", help=f"{SOURCE_HELP} Without it cifar10, or the run's.")
@fetched_dir_option
@click.option(
    "--network", metavar="NAME", help="A network by name (`tenfold network list`), or module:function."
)
@click.option("--recipe", "recipe_path", type=FILE, metavar="FILE", help="A recipe as TOML.")
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a setting: optimiser.rate=0.01."
)
@click.option("--show-recipe", is_flag=True, help="Print the whole recipe as TOML, and train nothing.")
@click.option("--find-rate", is_flag=True, help="Look for a learning rate, and train nothing.")
@click.option("--epochs", type=click.IntRange(min=1), metavar="N", help="A shorter or longer run.")
@click.option("--batch-size", type=click.IntRange(min=1), metavar="N", help="Pictures per step.")
@click.option(
    "--side", type=click.IntRange(32, 224), metavar="N", help="The pictures' side in pixels, 32 to 224."
)
@click.option("--seed", type=int, metavar="N", help="Another start, order and augmentation.")
@click.option("--from", "start_from", metavar="SOURCE", help="Start from a model file, a run, or 'cifar10'.")
@click.option("--weights", type=FILE, metavar="FILE", help="ImageNet's weights for the VGG16 networks.")
@click.option("--freeze-until", metavar="LAYER", help="Layers before this one keep their weights.")
@click.option(
    "--teacher",
    metavar="SOURCE",
    help=f"Learn from the answers of a model file, a run, or a bundled model: {BUNDLED_NAMES}.",
)
@click.option(
    "--outliers",
    metavar="DIR",
    help="Pictures of none of the classes: the network learns to be sure of none.",
)
@click.option(
    "--run",
    "run_folder",
    type=FOLDER,
    metavar="DIR",
    help="Where the run is kept; one that is there goes on.",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped: the newest, or --run's.")
@click.option(
    "--finish", is_flag=True, help="With --resume: train no further, make a model of what is there."
)
@click.option(
    "--output",
    "-o",
    type=FILE_TO_WRITE,
    metavar="FILE",
    help="Where the model file goes; else in the run's folder.",
)
@click.option("--name", metavar="NAME", help="What the model is called.")
@click.option(
    "--views",
    type=click.Choice(["whole", "centre", "mirrored-pair", "five", "six", "six-wide"]),
    help="How the model looks at pictures larger than its input; else as suits the data.",
)
@click.option("--device", default="auto", metavar="NAME", help="auto, cpu or cuda.")
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "bfloat16"]),
    help="The number format; auto times both and takes the faster.",
)
@click.option("--tensorboard", is_flag=True, help="Write TensorBoard events into the run's folder.")
@click.option("--mlflow", metavar="URI", help="Log to MLflow at this tracking URI.")
@click.option("--report/--no-report", default=True, help="Write the report page beside the model file.")
@confined_option
def train(confined: bool, **given: Any) -> int | None:
    """Train a network and write its model file and report.

    Without options it fetches CIFAR-10 where it is missing, trains the default network by the default recipe,
    measures it on the test pictures and writes one model file. With --data it does the same for a folder of
    your own. A run that was stopped goes on with --resume, or when its folder is named again with --run, and
    ends as if it had never been stopped.
    """
    from tenfold import settings
    from tenfold.recipes import recipe_file
    from tenfold.runs.stages import StageRecorder

    asked = Asked(**given)
    chosen = settings.load()
    if asked.finish and not asked.resume:
        raise UsageError(
            "--finish",
            "makes a model of a run that was stopped",
            cure="Give --resume with it, and --run for another than the newest.",
        )
    loads, named = not asked.resume and asked.output is None, asked.source is not None
    data_dir = asked.data_dir or Path(chosen.data_dir)
    files = confined_files(chosen, data_dir) if confined else None
    asked, run, recipe = choose_run(asked, Home(chosen.home).runs, lambda asked: choose_network(asked, files))
    loads = loads and asked.resume and run.ended and run.has_model
    if asked.show_recipe:
        click.echo(recipe_file.dumps(recipe), nl=False)
        return None
    if loads and not named:
        _show_ended(run)
        return None
    stages = StageRecorder(run)
    stages.begin("reading-data")
    data = open_data(
        asked.source or "cifar10",
        recipe.side,
        data_dir,
        Home(chosen.home).cache,
        files=files,
        told=lambda done, total: stages.count("reading-data", done, total),
    )
    if loads and run.data.get("fingerprint") == data.fingerprint:
        stages.end()
        _show_ended(run)
        return None
    stages.begin("preparing")
    if not asked.resume:
        from tenfold.training import pipeline

        recipe = pipeline.fitted(recipe, len(data.training), batch_size=not asked.chose_batch_size)
    if asked.find_rate:
        show_rates(data, recipe, asked.device)
        return None
    click.echo(
        f"Run: {run.folder}\n{counted(len(data.training), 'picture')} to learn from, "
        f"{counted(recipe.epochs, 'epoch')}"
    )
    if unequal := _unequal(data, recipe):
        say(unequal)
    if advice := _few(data, recipe):
        click.echo(advice)
    trainer = _train(asked, recipe, data, run, stages)
    if trainer is None:
        return 130
    _export(asked, trainer, data, run, stages)
    stages.end()
    return None


def _show_ended(run: "Run") -> None:
    """What came of a run that has ended; it is not trained again."""
    from tenfold import modelfile
    from tenfold.metrics import Share

    kept = f", epoch {run.kept_epoch} kept" if run.kept_epoch else ""
    click.echo(f"Run: {run.folder}\nIt has ended after {run.done} of {run.planned} epochs{kept}.")
    scores = modelfile.read(run.model_file)[1].scores
    test = scores.get("test", {})
    figures = [test.get(name) for name in ("accuracy", "accuracy_low", "accuracy_high", "pictures")]
    if None not in figures:
        click.echo(f"Test accuracy: {Share(*figures)}")
    _show_caveats(scores)
    click.echo(f"Model file: {run.model_file}")


def _show_caveats(scores: dict[str, Any]) -> None:
    """What has to be known beside a model file's figures."""
    from tenfold.evaluation.caveats import stored

    for part in scores.values():
        for one in stored(part):
            say(one["sentence"])


def _train(
    asked: Asked, recipe: "Recipe", data: "Dataset", run: "Run", stages: "StageRecorder"
) -> "Trainer | None":
    """The trained network, or None where Ctrl-C stopped it."""
    from tenfold.training import pipeline, trackers

    table = LiveTable(earlier=[v for _, v in run.points("validation_accuracy")] if asked.resume else [])
    watching = trackers.opened(
        run.folder, asdict(recipe), tensorboard=asked.tensorboard, mlflow=asked.mlflow or ""
    )
    finished = False
    try:
        trainer = pipeline.train(
            data,
            run.folder,
            recipe,
            device_name=asked.device,
            resume=asked.resume,
            finish=asked.finish,
            on_progress=[table.show, stages.show, *(tracker.log for tracker in watching)],
        )
        finished = True
    except KeyboardInterrupt:
        table.end()
        if not run.checkpoint_file.exists():
            click.echo("Stopped before the first epoch: nothing was kept.", err=True)
            return None
        click.echo(f"Stopped. Go on with: {asked.resume_command(run.folder)}", err=True)
        click.echo("Or add --finish to make a model of what it has learned.", err=True)
        return None
    finally:
        table.end()
        for tracker in watching:
            tracker.close(finished=finished)
            if tracker.problem:
                say(tracker.problem, err=True)
    return trainer


def _export(asked: Asked, trainer: "Trainer", data: "Dataset", run: "Run", stages: "StageRecorder") -> None:
    from tenfold.training import pipeline

    target = asked.output or run.model_file
    stages.begin("measuring")
    click.echo("Writing the model file and measuring it on the test pictures ...")
    config = pipeline.export_config(data, trainer.recipe, asked.name, asked.views)
    classifier, evaluation = pipeline.export(trainer, data, target, config)
    click.echo(f"Kept: epoch {trainer.kept} of {trainer.recipe.epochs}{_why(trainer)}")
    click.echo(f"Test accuracy: {evaluation.accuracy}")
    _show_caveats(classifier.info.scores)
    click.echo(f"Calibration error: {evaluation.calibration_error:.2%}")
    click.echo(f"Model file: {target}")
    if asked.report:
        from tenfold.datasets.opening import title_of
        from tenfold.evaluation.report import write_report

        stages.begin("writing-report")
        try:
            written = write_report(run.report_file, classifier, data.test, name=title_of(data.name), run=run)
        except UsageError as refused:
            raise TrainingError(
                refused.subject,
                refused.problem,
                received=refused.received,
                cure=f"The model file is whole. Free some space, then write the report with "
                f"`tenfold evaluate {target} --output {run.report_file}`.",
                reason=refused.reason,
            ) from refused
        click.echo(f"Report: {written.page}")


def _why(trainer: "Trainer") -> str:
    """By what the epoch was chosen that is kept; empty where it is the last in any case."""
    stopping = trainer.recipe.stopping
    if stopping.keep != "best":
        return ""
    return f", by the validation's {stopping.monitor}"


def _few(data: "Dataset", recipe: "Recipe") -> str:
    """That teaching would do better, where there are a few pictures of each class; else empty."""
    per_class = len(data.training) // len(data.training.classes)
    if per_class >= _FEW or recipe.transfer.source:
        return ""
    return (
        f"With about {counted(per_class, 'picture')} of each class `tenfold teach` usually does better, in "
        "seconds: it starts from a network that knows photographs."
    )


def _unequal(data: "Dataset", recipe: "Recipe") -> str:
    """That some classes have far fewer pictures than others, and what is done about it; else empty."""
    import numpy as np

    from tenfold.datasets import balance

    labels, classes = data.training.labels, data.training.classes
    if balance.chosen("auto", labels, len(classes)) == "none":
        return ""
    counts = np.bincount(labels, minlength=len(classes))
    fewest, most = int(np.where(counts, counts, len(labels)).argmin()), int(counts.argmax())
    done = {
        "sampling": "each class is shown equally often",
        "weights": "rare classes weigh more in the loss",
        "none": "rare classes may never be named; --set balance=sampling shows each equally often",
    }[balance.chosen(recipe.balance, labels, len(classes))]
    return (
        f"Unequal classes: {classes[most]} has {counted(int(counts[most]), 'picture')}, {classes[fewest]} "
        f"{counts[fewest]:,}; {done}."
    )
