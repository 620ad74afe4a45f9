"""tenfold evaluate: a model file measured on labelled pictures, and the report on it."""

import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.data.datasets import data_dir_option, open_data, run_data_option, split_option
from tenfold.cli.terminal.paths import FILE_TO_WRITE, FOLDER
from tenfold.cli.terminal.text import Progress, padded, printable, width
from tenfold.paths import Home

if TYPE_CHECKING:
    from tenfold.datasets.labelled import LabelledPictures
    from tenfold.evaluation.evaluate import Evaluation, ModelOutputs
    from tenfold.evaluation.out_of_distribution import OutOfDistribution
    from tenfold.inference import Classifier

# A table with more columns would not fit a terminal: the most confused pairs are told in its place.
_MOST_COLUMNS = 12
_NOTE_COLUMNS = 96
_PAIRS = 20
# Corruptions times severities; pictures under each by default and on demand; seconds that a default may take.
_CORRUPTIONS = 75
_CORRUPTED, _MANY_CORRUPTED = 500, 2_000
_PATIENCE = 120.0


@click.command()
@click.argument("model", required=False, metavar="[MODEL]")
@run_data_option
@split_option
@data_dir_option
@click.option("--run", type=FOLDER, metavar="DIR", help="The training run, for its curves.")
@click.option(
    "--out-of-distribution",
    type=FOLDER,
    metavar="DIR",
    help="Pictures of none of the classes; else made-up ones.",
)
@click.option(
    "--robustness/--no-robustness",
    default=None,
    help="Evaluate on corrupted pictures too; by default where that takes no more than about two minutes.",
)
@click.option(
    "--learning-curve",
    "learning",
    is_flag=True,
    help="Train the model's recipe on ever more of the pictures: would more of them help? Takes long.",
)
@click.option(
    "--curve-epochs", type=click.IntRange(min=1), metavar="N", help="Epochs of each; else 16 at most."
)
@click.option("--report/--no-report", default=True, help="Write the report page and its figures.")
@click.option(
    "--output",
    "-o",
    type=FILE_TO_WRITE,
    default="report.html",
    show_default=True,
    metavar="FILE",
    help="The page.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def evaluate(**given: Any) -> None:
    """Measure a model file and write the report on it.

    One view a picture, through ONNX Runtime, as the file is served. MODEL is a model file; without it the
    bundled one is measured. The report is one HTML page that needs no network; its figures are in a JSON file
    beside it.
    """
    from tenfold import settings
    from tenfold.datasets.opening import title_of
    from tenfold.evaluation.evaluate import check_fit, model_outputs, score
    from tenfold.evaluation.report import write_report
    from tenfold.inference import Classifier
    from tenfold.runs.run import Run

    chosen = settings.load()
    data_dir = given["data_dir"] or Path(chosen.data_dir)
    classifier = Classifier(given["model"] or chosen.model or None, threads=chosen.threads)
    run = Run.open(given["run"]) if given["run"] else Run.of_model(Path(classifier.path))
    source = given["source"] or (run.source if run else "cifar10")
    data = _open(source, given["split"], classifier, data_dir, Home(chosen.home).cache)
    check_fit(classifier, data)
    curve = None
    if given["learning"]:
        from tenfold.cli.evaluation.learning_curve import trained_curve

        epochs = given["curve_epochs"]
        curve = trained_curve(classifier.info, source, epochs, data_dir=data_dir, home=Home(chosen.home))
    kinds = []
    if given["report"]:
        kinds = _out_of_distribution(given["out_of_distribution"], classifier, data, data_dir)
    with Progress(sys.stderr, "pictures") as progress:
        found = model_outputs(classifier, data.pictures, progress.show)
    result = score(data, found, classifier.info.threshold)
    facts = _as_json(result)
    if given["report"]:
        written = write_report(
            given["output"],
            classifier,
            data,
            name=title_of(source),
            split=given["split"],
            run=run,
            out_of_distribution=kinds,
            found=found,
            corrupted=_corrupted(given["robustness"], found),
            learning=curve,
            on_step=_show_step,
        )
        facts = written.facts
    elif curve:
        facts["learning_curve"] = curve.facts()
    click.echo(json.dumps(facts, indent=2) if given["as_json"] else as_text(result))
    if curve and not given["as_json"]:
        click.echo(f"\n{curve.verdict()}")
    if given["report"]:
        click.echo(f"Report: {printable(str(given['output']))}", err=given["as_json"])


def _corrupted(wanted: bool | None, found: "ModelOutputs") -> int:
    """How many pictures are evaluated under each corruption."""
    if wanted is not None:
        return _MANY_CORRUPTED if wanted else 0
    seconds = _CORRUPTED * _CORRUPTIONS * found.seconds / len(found.novelty)
    return _CORRUPTED if seconds <= _PATIENCE else 0


def _show_step(doing: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"{doing} ...", err=True)


def _open(
    source: str, split: str, classifier: "Classifier", data_dir: Path, cache: Path
) -> "LabelledPictures":
    """The pictures to evaluate on, labelled in the order of the model's classes."""
    from tenfold.evaluation.class_mapping import with_classes
    from tenfold.evaluation.compare_models import part

    info = classifier.info
    data = open_data(
        source, info.input_size, data_dir, cache, resize=info.resize, fetch=False, to_train=False
    )
    return with_classes(part(data, split), info.labels)


def _out_of_distribution(
    folder: Path | None, classifier: "Classifier", data: "LabelledPictures", data_dir: Path
) -> "list[OutOfDistribution]":
    from tenfold.evaluation.out_of_distribution import from_cifar10, from_folder, made_up

    info = classifier.info
    if folder is not None:
        return [from_folder(folder, info.input_size, info.resize)]
    cifar10 = from_cifar10(data_dir, info.labels, info.input_size)
    return [*made_up(data), *([cifar10] if cifar10 else [])]


def _as_json(result: "Evaluation") -> dict[str, Any]:
    from tenfold.evaluation.caveats import as_facts, of_evaluation

    return {
        **result.summary(),
        "caveats": as_facts(of_evaluation(result)),
        "classes": {label: vars(scores) for label, scores in result.classes.items()},
        "confusion": result.confusion.tolist(),
    }


def as_text(result: "Evaluation") -> str:
    """The figures for a terminal."""
    from tenfold.evaluation.caveats import of_evaluation

    names = [printable(label) for label in result.classes]
    averages = [("macro average", result.macro), ("weighted average", result.weighted)]
    columns = max(*(width(name) for name in names), *(len(name) for name, _ in averages))
    rows = [
        f"Accuracy             {result.accuracy}",
        *([f"Top-5 accuracy       {result.top5}"] if result.top5 else []),
        f"Calibration error    {result.calibration_error:.2%}",
        f"Cross-entropy        {result.cross_entropy:.4f}",
        f'Not "none of these"  {result.kept}',
        *(
            line
            for one in of_evaluation(result)
            for line in textwrap.wrap(printable(one.sentence), _NOTE_COLUMNS)
        ),
        "",
        f"{padded('class', columns)}  precision   recall       F1  pictures",
    ]
    rows += [
        f"{padded(name, columns)}  {s.precision:>9.2%}  {s.recall:>7.2%}  {s.f1:>7.2%}  {s.support:>8,}"
        if s.support
        else f"{padded(name, columns)}  {'-':>9}  {'-':>7}  {'-':>7}  {0:>8}"
        for name, s in [*zip(names, result.classes.values(), strict=True), *averages]
    ]
    return "\n".join([*rows, "", *_confusion(result, names, columns)])


def _confusion(result: "Evaluation", names: list[str], columns: int) -> list[str]:
    if len(names) > _MOST_COLUMNS:
        from tenfold.evaluation.report.confusion import confused_pairs

        pairs = confused_pairs(result.confusion)[:_PAIRS]
        counts = [int(result.confusion[pair]) for pair in pairs]
        told = [f"{n:>8,}  {names[i]} called {names[j]}" for n, (i, j) in zip(counts, pairs, strict=True)]
        return ["Most often confused", *told]
    return [
        "Rows: true class; columns: what it was called",
        " " * columns + "".join(f"{n[:6]:>8}" for n in names),
        *(
            padded(name, columns) + "".join(f"{count:>8,}" for count in counts)
            for name, counts in zip(names, result.confusion.tolist(), strict=True)
        ),
    ]
