"""tenfold compare: model files and runs beside each other, on the same pictures."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.data.datasets import data_dir_option, run_data_option, split_option
from tenfold.cli.terminal.paths import FILE_TO_WRITE
from tenfold.cli.terminal.sparkline import sparkline
from tenfold.cli.terminal.text import Progress, printable, say, table
from tenfold.errors import UsageError
from tenfold.modelfile import BUNDLED, BUNDLED_NAMES
from tenfold.paths import Home

if TYPE_CHECKING:
    from tenfold.datasets.dataset import Dataset
    from tenfold.evaluation.compare_models import Compared
    from tenfold.evaluation.comparison import Comparison

_CURVE_COLUMNS = 24


@click.command(
    help=f"""Compare models on the same pictures, and say which is better.

    A, B and more are model files, training runs (a name or a folder), or bundled models: {BUNDLED_NAMES}. Of
    each pair it shows the difference in accuracy with its 95 % interval, and by McNemar's test whether it is
    more than luck. The page lays the runs' curves together and shows pictures that one gets right and another
    wrong.
    """
)
@click.argument("subjects", nargs=-1, metavar="A B...")
@run_data_option
@split_option
@data_dir_option
@click.option("--page/--no-page", default=True, help="Write the page.")
@click.option(
    "--output",
    "-o",
    type=FILE_TO_WRITE,
    default="comparison.html",
    show_default=True,
    metavar="FILE",
    help="The page.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def compare(subjects: tuple[str, ...], **given: Any) -> None:
    from tenfold import settings

    if len(subjects) < 2:
        raise UsageError(
            "A comparison",
            "needs two model files or runs, or more",
            received=printable(subjects[0]) if subjects else "none",
            cure=f"`tenfold runs` lists the runs; bundled models are {BUNDLED_NAMES}.",
        )
    chosen = settings.load()
    compared = _opened(subjects, Home(chosen.home).runs, chosen.threads)
    source = given["source"] or _source(compared)
    with_model = [one for one in compared if one.classifier]
    found = None
    if len(with_model) > 1:
        data_dir = given["data_dir"] or Path(chosen.data_dir)
        found = _compared(with_model, source, given["split"], data_dir, Home(chosen.home).cache)
    _tell_missing(compared)
    if given["as_json"]:
        click.echo(json.dumps(_facts(compared, found), indent=2))
    else:
        click.echo(_text(compared, found))
    if given["page"]:
        from tenfold.datasets.opening import title_of
        from tenfold.evaluation import comparison_page

        comparison_page.write(given["output"], compared, found, title_of(source), given["split"])
        click.echo(f"Page: {printable(str(given['output']))}", err=given["as_json"])


def _opened(subjects: Sequence[str], runs: Path, threads: int) -> "list[Compared]":
    """Each subject's model and run. Raises TenfoldError for what is neither."""
    from tenfold.evaluation.compare_models import Compared
    from tenfold.inference import Classifier
    from tenfold.runs.run import Run

    found = []
    for name, subject in zip(_names(subjects), subjects, strict=True):
        path = Path(subject)
        if not path.exists() and Run(runs / subject).exists:
            path = runs / subject
        if subject in BUNDLED:
            found.append(Compared(name, Classifier(subject, threads=threads)))
        elif path.is_dir():
            run = Run.open(path)
            classifier = Classifier(run.model_file, threads=threads) if run.has_model else None
            found.append(Compared(name, classifier, run))
        else:
            found.append(Compared(name, Classifier(path, threads=threads), Run.of_model(path)))
    return found


def _names(subjects: Sequence[str]) -> list[str]:
    """What each is called: the least of its path's end that no other has too."""
    from tenfold.runs.run import Run

    paths = [Path(subject) for subject in subjects]
    # The name of a run's model file says nothing; its folder's name does.
    parts = [p.parts[:-1] if len(p.parts) > 1 and p == Run(p.parent).model_file else p.parts for p in paths]
    names = []
    for index, mine in enumerate(parts):
        others = [other for place, other in enumerate(parts) if place != index]
        count = next((n for n in range(1, len(mine)) if all(o[-n:] != mine[-n:] for o in others)), len(mine))
        names.append("/".join(mine[-count:]) or subjects[index])
    return [
        name if names.count(name) == 1 else f"{name} ({names[:place].count(name) + 1})"
        for place, name in enumerate(names)
    ]


def _source(compared: "Sequence[Compared]") -> str:
    """The data that the runs were trained on; CIFAR-10 where none of them says."""
    runs = [(one.name, one.run) for one in compared if one.run]
    known = {str(run.data["source"]): name for name, run in runs if run.data.get("source")}
    if len(known) > 1:
        raise UsageError(
            "These runs",
            "were trained on different data, so it is not clear what to compare them on",
            received="; ".join(f"{name}: {source}" for source, name in known.items()),
            cure="Name the data with --data.",
        )
    return next(iter(known), "cifar10")


def _compared(
    compared: "Sequence[Compared]", source: str, split: str, data_dir: Path, cache: Path
) -> "Comparison":
    """All models' answers to the same pictures, each at its own size."""
    from tenfold.datasets.opening import open_dataset
    from tenfold.evaluation.compare_models import compare_models

    def opening(side: int, resize: str) -> "Dataset":
        with Progress(sys.stderr, "pictures") as progress:
            return open_dataset(
                source,
                side=side,
                data_dir=data_dir,
                cache=cache,
                resize=resize,
                to_train=False,
                progress=progress.show,
            )

    models = {one.name: one.classifier for one in compared if one.classifier}
    with Progress(sys.stderr, "pictures") as progress:
        return compare_models(models, opening, split, lambda done, total, name: progress.show(done, total))


def _tell_missing(compared: "Sequence[Compared]") -> None:
    for one in compared:
        if one.classifier is None:
            what = f"{one.name} has no model file yet: only its curves are compared."
            say(what, err=True)


def _facts(compared: "Sequence[Compared]", found: "Comparison | None") -> dict[str, Any]:
    facts: dict[str, Any] = found.facts() if found else {"pictures": 0, "models": {}, "differences": []}
    for one in compared:
        about: dict[str, Any] = facts["models"].setdefault(one.name, {})
        about["epochs"] = one.run.epochs if one.run else []
        if one.classifier:
            about |= {"file": str(one.classifier.path), "sha256": one.classifier.sha256}
            about |= {"bytes": one.classifier.bytes, "network": one.classifier.info.network}
    return facts


def _text(compared: "Sequence[Compared]", found: "Comparison | None") -> str:
    from tenfold.evaluation.compare_models import figures
    from tenfold.evaluation.significance import chance

    rows = [["", *(one.name for one in compared)]]
    rows += [[name, *values] for name, values in figures(compared, found)]
    curves = [[v for _, v in one.run.points("validation_accuracy")] if one.run else [] for one in compared]
    if any(curves):
        drawn = [sparkline(curve, _CURVE_COLUMNS, sys.stdout.encoding) or "-" for curve in curves]
        rows.append(["validation accuracy", *drawn])
    lines = [table(rows), *(printable(note) for note in (found.notes if found else []))]
    for one in found.differences if found else []:
        holm = f", {chance(one.corrected)} by Holm for {one.pairs} pairs" if one.pairs > 1 else ""
        lines += ["", printable(one.sentence), f"  McNemar's test: mid-p {chance(one.p)}{holm}"]
    return "\n".join(lines)
