"""tenfold compare: model files and runs beside each other, on the same pictures."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.data.datasets import SOURCE_HELP
from tenfold.cli.terminal.sparkline import sparkline
from tenfold.cli.terminal.text import Progress, padded, printable, width
from tenfold.cli.training.live import clock
from tenfold.errors import UsageError

if TYPE_CHECKING:
    from tenfold.datasets.dataset import Dataset
    from tenfold.evaluation.comparison import Comparison
    from tenfold.inference import Classifier
    from tenfold.runs.run import Run

_BUNDLED = "bundled"
_CURVE_COLUMNS = 24


@dataclass(frozen=True, eq=False)
class _Compared:
    """One of what is compared: its model, its run, or both."""

    name: str
    classifier: "Classifier | None"
    run: "Run | None"


@click.command()
@click.argument("subjects", nargs=-1, metavar="A B...")
@click.option("--data", "source", metavar="SOURCE", help=f"{SOURCE_HELP} Without it, what the run says.")
@click.option(
    "--split",
    type=click.Choice(["test", "validation", "training", "all"]),
    default="test",
    help="Which part of the data; a folder without parts is split as `tenfold train` splits it.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder that holds CIFAR-10.",
)
@click.option("--page/--no-page", default=True, help="Write the page.")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default="comparison.html",
    show_default=True,
    metavar="FILE",
    help="The page.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def compare(subjects: tuple[str, ...], **given: Any) -> None:
    """Compare models on the same pictures, and say which is better.

    A, B and more are model files, training runs (a name or a folder), or the word "bundled". Of each pair it
    tells the difference in accuracy with its 95 % interval, and by McNemar's test whether that is more than
    luck. The page lays the runs' curves together and shows pictures that one gets right and another wrong.
    """
    from tenfold import settings

    if len(subjects) < 2:
        raise UsageError(
            "A comparison",
            "needs two model files or runs, or more",
            received=printable(subjects[0]) if subjects else "none",
            cure="`tenfold runs` lists the runs; the bundled model is called bundled.",
        )
    chosen = settings.load()
    compared = _opened(subjects, Path(chosen.home) / "runs", chosen.threads)
    source = given["source"] or _source(compared)
    with_model = [one for one in compared if one.classifier]
    found = None
    if len(with_model) > 1:
        data_dir = given["data_dir"] or Path(chosen.data_dir)
        found = _judged(with_model, source, given["split"], data_dir, Path(chosen.home))
    _tell_missing(compared)
    figures = _figures(compared, found)
    if given["as_json"]:
        click.echo(json.dumps(_facts(compared, found), indent=2))
    else:
        click.echo(_text(figures, compared, found))
    if given["page"]:
        from tenfold.evaluation import comparison_page

        title = "CIFAR-10" if source == "cifar10" else Path(source).name or source
        subject = comparison_page.Subject(tuple(one.name for one in compared), title, given["split"])
        runs = {one.name: one.run for one in compared if one.run and one.run.epochs}
        comparison_page.write(given["output"], subject, figures, found, runs)
        click.echo(f"Page: {printable(str(given['output']))}", err=given["as_json"])


def _opened(subjects: Sequence[str], runs: Path, threads: int) -> list[_Compared]:
    """Each subject's model and run. Raises TenfoldError for what is neither."""
    from tenfold.inference import Classifier
    from tenfold.runs.run import Run

    found = []
    for name, subject in zip(_names(subjects), subjects, strict=True):
        path = Path(subject)
        if not path.exists() and Run(runs / subject).exists:
            path = runs / subject
        if subject == _BUNDLED:
            found.append(_Compared(name, Classifier(threads=threads), None))
        elif path.is_dir():
            run = Run.open(path)
            classifier = Classifier(run.model_file, threads=threads) if run.has_model else None
            found.append(_Compared(name, classifier, run))
        else:
            found.append(_Compared(name, Classifier(path, threads=threads), Run.of_model(path)))
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


def _source(compared: Sequence[_Compared]) -> str:
    """The data that the runs were trained on; CIFAR-10 where none of them says."""
    runs = [(one.name, one.run) for one in compared if one.run]
    told = {str(run.data["source"]): name for name, run in runs if run.data.get("source")}
    if len(told) > 1:
        raise UsageError(
            "These runs",
            "were trained on different data, so it is not clear what to compare them on",
            received="; ".join(f"{name}: {source}" for source, name in told.items()),
            cure="Name the data with --data.",
        )
    return next(iter(told), "cifar10")


def _judged(
    compared: Sequence[_Compared], source: str, split: str, data_dir: Path, home: Path
) -> "Comparison":
    """All models' answers to the same pictures, each at its own size."""
    from tenfold.datasets.opening import open_dataset
    from tenfold.evaluation.compare_models import contest

    def opening(side: int, resize: str) -> "Dataset":
        with Progress(sys.stderr, "pictures") as progress:
            return open_dataset(
                source,
                side=side,
                data_dir=data_dir,
                cache=home / "cache",
                resize=resize,
                progress=progress.show,
            )

    @contextmanager
    def showing(name: str) -> Iterator[Callable[[int, int], None]]:
        with Progress(sys.stderr, "pictures") as progress:
            yield progress.show

    models = {one.name: one.classifier for one in compared if one.classifier}
    return contest(models, opening, split, showing)


def _tell_missing(compared: Sequence[_Compared]) -> None:
    for one in compared:
        if one.classifier is None:
            what = f"{one.name} has no model file yet: only its curves are compared."
            click.echo(printable(what), err=True)


def _figures(compared: Sequence[_Compared], found: "Comparison | None") -> list[tuple[str, list[str]]]:
    """The table: a figure's name, and its value for each; a row that is known of none is left out."""
    rows = {
        "accuracy": [_evaluated(one, found, "accuracy") for one in compared],
        "95 % interval": [_evaluated(one, found, "interval") for one in compared],
        "macro F1": [_evaluated(one, found, "macro_f1") for one in compared],
        "calibration error": [_evaluated(one, found, "calibration") for one in compared],
        "network": [_network(one) for one in compared],
        "parameters": [_of_network(one, "parameters") for one in compared],
        "multiply-adds": [_of_network(one, "multiply_adds") for one in compared],
        "model file": [f"{c.bytes / 1e6:.1f} MB" if (c := one.classifier) else "-" for one in compared],
        "input": [f"{c.info.input_size} pixels" if (c := one.classifier) else "-" for one in compared],
        "epochs": [_epochs(one) for one in compared],
        "training time": [_time(one) for one in compared],
        "best validation": [_best(one) for one in compared],
    }
    return [(name, values) for name, values in rows.items() if any(value != "-" for value in values)]


def _evaluated(one: _Compared, found: "Comparison | None", figure: str) -> str:
    if found is None or one.name not in found.evaluations:
        return "-"
    result = found.evaluations[one.name]
    return {
        "accuracy": f"{result.accuracy.value:.2%}",
        "interval": f"{result.accuracy.low:.2%} to {result.accuracy.high:.2%}",
        "macro_f1": f"{result.macro.f1:.2%}",
        "calibration": f"{result.calibration_error:.2%}",
    }[figure]


def _network(one: _Compared) -> str:
    recipe = one.run.recipe if one.run else {}
    told = one.classifier.info.network.get("name") if one.classifier else recipe.get("network")
    return str(told or "-")


def _of_network(one: _Compared, fact: str) -> str:
    known = one.classifier.info.network.get(fact) if one.classifier else None
    return f"{known:,}" if isinstance(known, int) else "-"


def _epochs(one: _Compared) -> str:
    if one.run and one.run.epochs:
        return str(one.run.done)
    recipe = one.classifier.info.training if one.classifier else {}
    stages = sum(int(stage["epochs"]) for stage in recipe.get("stages", []))
    return str(recipe.get("epochs_run") or recipe.get("epochs") or stages or "-")


def _time(one: _Compared) -> str:
    told = one.classifier.info.training.get("seconds") if one.classifier else None
    seconds = (one.run.seconds if one.run else 0.0) or told
    return clock(seconds) if isinstance(seconds, int | float) else "-"


def _best(one: _Compared) -> str:
    best = one.run.best if one.run else None
    return f"{best.accuracy:.2%}" if best else "-"


def _facts(compared: Sequence[_Compared], found: "Comparison | None") -> dict[str, Any]:
    facts: dict[str, Any] = found.facts() if found else {"pictures": 0, "models": {}, "differences": []}
    for one in compared:
        about: dict[str, Any] = facts["models"].setdefault(one.name, {})
        about["epochs"] = one.run.epochs if one.run else []
        if one.classifier:
            about |= {"file": str(one.classifier.path), "sha256": one.classifier.sha256}
            about |= {"bytes": one.classifier.bytes, "network": one.classifier.info.network}
    return facts


def _text(
    figures: Sequence[tuple[str, Sequence[str]]], compared: Sequence[_Compared], found: "Comparison | None"
) -> str:
    from tenfold.evaluation.comparison_page import chance

    table: list[Sequence[str]] = [["", *(printable(one.name) for one in compared)]]
    table += [[name, *(printable(value) for value in values)] for name, values in figures]
    curves = [[v for _, v in one.run.points("validation_accuracy")] if one.run else [] for one in compared]
    if any(curves):
        drawn = [sparkline(curve, _CURVE_COLUMNS, sys.stdout.encoding) or "-" for curve in curves]
        table.append(["validation accuracy", *drawn])
    lines = _aligned(table)
    for one in found.differences if found else []:
        holm = f", {chance(one.corrected)} by Holm for {one.pairs} pairs" if one.pairs > 1 else ""
        lines += ["", printable(one.sentence), f"  McNemar's test: mid-p {chance(one.p)}{holm}"]
    return "\n".join(lines)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    columns = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(padded(c, wide) for c, wide in zip(row, columns, strict=True)).rstrip() for row in rows]
