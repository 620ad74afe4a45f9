"""tenfold data check: what is wrong with labelled pictures, as a summary and as a page to act from."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.data.datasets import confined_files, confined_option, fetched_dir_option, open_data
from tenfold.cli.terminal.paths import FILE_TO_WRITE
from tenfold.cli.terminal.text import Progress, printable
from tenfold.errors import counted
from tenfold.paths import Home

if TYPE_CHECKING:
    from tenfold.evaluation.data_check.findings import DataCheck
    from tenfold.evaluation.data_check.pictures import AllPictures

# Enough to tell a blurred picture, and to see on the page what it shows.
_SIDE, _CIFAR10_SIDE = 96, 32
_NAMED = 3


@click.command()
@click.argument("source", default="cifar10", metavar="[SOURCE]")
@click.option(
    "--model",
    metavar="FILE",
    help="A model file for the labels and for what is strange; otherwise the bundled one.",
)
@click.option(
    "--output",
    "-o",
    type=FILE_TO_WRITE,
    default=Path("data-check.html"),
    show_default=True,
    metavar="FILE",
    help="Where the page goes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all findings as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 where anything is found.")
@click.option("--no-labels", is_flag=True, help="Do not look for wrong labels (needs no train extra).")
@fetched_dir_option
@confined_option
def check(
    source: str,
    model: str | None,
    output: Path,
    as_json: bool,
    strict: bool,
    no_labels: bool,
    data_dir: Path | None,
    confined: bool,
) -> int | None:
    """Find copies, leaks, wrong labels, and pictures that show little.

    SOURCE is cifar10 (the default), a folder of class-name/picture files, or a CSV or Parquet manifest. The
    page shows what was found; there, pictures can be marked, and a manifest of what is kept can be saved.
    """
    from tenfold import settings
    from tenfold.evaluation.data_check import check as checking
    from tenfold.evaluation.data_check import label_errors, page
    from tenfold.inference import Classifier

    if not no_labels:
        label_errors.require()
    chosen = settings.load()
    cifar10 = source == "cifar10"
    side = _CIFAR10_SIDE if cifar10 else _SIDE
    data_dir = data_dir or Path(chosen.data_dir)
    files = confined_files(chosen, data_dir) if confined else None
    data = open_data(source, side, data_dir, Home(chosen.home).cache, to_train=False, files=files)
    classifier = Classifier(model or chosen.model or None, threads=chosen.threads)
    root = None if cifar10 else _root(source)
    steps = _Steps()
    report, pool = checking.check(data, classifier, labels=not no_labels, root=root, progress=steps.show)
    steps.end()
    page.write_page(output, report, pool, root, absolute=not confined)
    if as_json:
        click.echo(json.dumps(page.as_json(report, pool), indent=2, ensure_ascii=False))
    else:
        click.echo(_summary(report, pool))
        click.echo(f"\nLook at {output}")
    return 1 if strict and report.has_problems else None


def _root(source: str) -> Path:
    """The folder that a source's pictures are relative to."""
    path = Path(os.path.expanduser(source))
    return path if os.path.isdir(path) else path.parent


def _summary(report: "DataCheck", pool: "AllPictures") -> str:
    lines = [f"{counted(len(pool), 'picture')} of {counted(len(report.classes), 'class', 'classes')}"]
    if report.skipped:
        lines.append(
            f"  {len(report.skipped):>6,}  {'file' if len(report.skipped) == 1 else 'files'} not read"
        )
    for problem in report.problems:
        if not problem.findings:
            continue
        grouped = problem.pictures > len(problem.findings)
        many = f" ({counted(problem.pictures, 'picture')})" if grouped else ""
        lines.append(f"  {len(problem.findings):>6,}  {problem.title.lower()}{many}")
        for finding in problem.findings[:_NAMED]:
            between = " = " if finding.score == 1 else " ~ "
            names = between.join(printable(pool.sources[number]) for number in finding.pictures[:_NAMED])
            lines.append(
                f"          {finding.note if problem.name == 'rare' else names + ': ' + finding.note}"
            )
    if not report.has_problems:
        lines.append("  Nothing was found.")
    return "\n".join([*lines, "", *report.remarks])


class _Steps:
    """One moving line for each step of the work."""

    def __init__(self) -> None:
        self._what, self._line = "", Progress(sys.stderr, "pictures")

    def show(self, what: str, done: int, total: int) -> None:
        if what != self._what:
            self.end()
            self._what, self._line = what, Progress(sys.stderr, f"pictures, {what}")
        self._line.show(done, total)

    def end(self) -> None:
        """Take the line away."""
        self._line.clear()
