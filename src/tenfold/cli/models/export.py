"""tenfold export, tenfold receipt: a model for another runtime, and the proof that it answers the same."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.data.datasets import SOURCE_HELP, data_dir_option
from tenfold.cli.terminal.paths import FILE_THERE, FILE_TO_WRITE
from tenfold.cli.terminal.text import Progress, printable, say, table
from tenfold.paths import Home

if TYPE_CHECKING:
    from tenfold.export.export import OpenPictures
    from tenfold.export.receipt import Receipt
    from tenfold.export.steps import ExportListener
    from tenfold.metrics import Share

# The names of tenfold.export.formats, which is imported when it is needed (a test holds them equal).
FORMATS = ("onnx-int8", "openvino", "litert", "litert-full", "litert-int8", "litert-int8-full", "web")

data_option = click.option(
    "--data", "source", metavar="SOURCE", help=f"The pictures to compare on: {SOURCE_HELP}"
)


@click.command()
@click.argument("model", metavar="MODEL")
@click.option("--to", required=True, type=click.Choice(FORMATS), help="What to export to.")
@click.option("--full", is_flag=True, help="For LiteRT: all outputs, as --to litert-full.")
@data_option
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Compare on at most N pictures, chosen at random; else on all.",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Refuse an export whose first answer is the same less often; else 99.5, for integers 98.5.",
)
@click.option(
    "--output",
    "-o",
    type=FILE_TO_WRITE,
    metavar="FILE",
    help="The file to write; it gets the format's ending. Else named as the model.",
)
@data_dir_option
def export(**given: Any) -> None:
    """Export a model, and prove that it answers the same.

    The exported file is read again and run by its own runtime on picture files, beside the original. The
    receipt, a JSON file and a page beside the exported file, says how far the two agree. Where they do not
    agree often enough, no file is left.

    MODEL is a model file or the name of a bundled one. Without --data, the pictures are those of the model's
    training run, or CIFAR-10's test pictures where its classes are those.
    """
    from tenfold import modelfile
    from tenfold.cli.server.job_progress import interruptible
    from tenfold.export.export import export as run
    from tenfold.export.formats import FORMATS as FOUND

    to = _full(given["to"]) if given["full"] else given["to"]
    model = Path(modelfile.locate(given["model"]))
    _, info = modelfile.read(model)
    chosen = FOUND[to]
    ending = Path(f"model{chosen.suffix}").suffix
    target = given["output"] or Path(model.stem + chosen.suffix)
    if target.name and target.suffix != ending:  # OpenVINO writes no other, and programs go by it
        target = target.with_name(target.name + ending)
    opening = _opening(given["source"] or _source_of(model, info.labels), given["limit"], given["data_dir"])
    least = given["least"] / 100 if given["least"] is not None else None
    with interruptible(), Progress(sys.stderr, "pictures") as progress:
        receipt = run(model, to, target, opening, least=least, watcher=_watcher(progress))
    click.echo(as_text(receipt))
    click.echo(f"\n{printable(str(target))}, with its receipt beside it")


def _full(to: str) -> str:
    """The format with all outputs. Raises UsageError where a format has no other."""
    from tenfold.errors import UsageError

    full = to if to.endswith("-full") else f"{to}-full"
    if full not in FORMATS:
        raise UsageError(
            "--full", "is for LiteRT", received=f"--to {to}", cure="Leave it out: the file has all outputs."
        )
    return full


@click.group()
def receipt() -> None:
    """Check the receipts of exported models."""


@receipt.command()
@click.argument("file", type=FILE_THERE)
@click.option(
    "--compare-with",
    "other",
    type=FILE_THERE,
    metavar="RECEIPT",
    help="A receipt of the same export from another machine, to compare this run with.",
)
@data_option
@data_dir_option
def check(file: Path, other: Path | None, source: str | None, data_dir: Path | None) -> int:
    """Check an exported file: its SHA-256, and its answers, in a run like that of its receipt.

    FILE is the exported file or its receipt. Ends with status 1 where the file is another, agrees less with
    its original than its receipt asks for, or answers differently than it did.
    """
    from dataclasses import replace

    from tenfold.cli.server.job_progress import interruptible
    from tenfold.export.check import check_files, compare_receipts, repeat
    from tenfold.export.receipt import exported_path, read_receipt

    read = read_receipt(file)
    exported = exported_path(file)
    check_files(read, exported)
    click.echo(f"{printable(exported.name)} is the file of its receipt: SHA-256 {read.files[0].sha256}")
    opening = _opening(source or read.source, read.pictures, data_dir, read.split)
    with interruptible(), Progress(sys.stderr, "pictures") as progress:
        again = repeat(read, exported, opening, _watcher(progress))
    good = again.agreement.value >= read.least
    click.echo(f"First answers as of the original: {again.agreement}, {read.least:.1%} is asked for")
    compared = [("the receipt", again.difference)]
    if other is not None:
        theirs = read_receipt(other)
        now = replace(
            read, answers=tuple((a[0], *b) for a, b in zip(read.answers, again.answers, strict=True))
        )
        compared.append((f"{other.name} ({theirs.processor})", compare_receipts(now, theirs)))
    for name, found in compared:
        said = "the same answers" if found.alike else f"{found.others:,} of {found.pictures:,} other answers"
        say(f"Compared with {name}: {said}; largest difference of a probability {found.largest:.2g}")
    return 0 if good and all(found.alike for _, found in compared) else 1


def as_text(receipt: "Receipt") -> str:
    """The figures for a terminal."""
    rows = [
        ("", "original", receipt.format),
        ("accuracy", *(_interval(one) for one in receipt.accuracy)),
        ("one picture, one core", *(f"{one:.1f} ms" for one in receipt.milliseconds)),
        (
            "size",
            f"{receipt.original.bytes / 1e6:.1f} MB",
            f"{sum(one.bytes for one in receipt.files) / 1e6:.1f} MB",
        ),
    ]
    if receipt.novelty:
        rows.insert(2, ("none of these", *(_interval(one) for one in receipt.novelty.none_of_these)))
    between = [f"The same first answer: {receipt.agreement}"]
    between.append(f"Largest difference of a probability: {receipt.largest_difference:.2g}")
    if receipt.novelty:
        between.append(f"Correlation of novelty: {receipt.novelty.correlation:.4f}")
    if receipt.evidence_overlap is not None:
        between.append(f"Overlap of the evidence: {receipt.evidence_overlap:.1%}")
    return "\n".join([table(rows), "", *between])


def _interval(one: "Share") -> str:
    return f"{one.value:.2%} ({one.low:.2%} to {one.high:.2%})"


def _watcher(progress: Progress) -> "ExportListener":
    from tenfold.export.steps import ExportListener

    return ExportListener(lambda step, done, total: progress.show(done, total or None))


def _opening(source: str, limit: int | None, data_dir: Path | None, split: str = "") -> "OpenPictures":
    from tenfold import settings
    from tenfold.export.pictures import open_pictures

    chosen = settings.load()
    return lambda info, folder: open_pictures(
        source,
        info,
        folder,
        data_dir=data_dir or Path(chosen.data_dir),
        cache=Home(chosen.home).cache,
        limit=limit,
        split=split,
    )


def _source_of(model: Path, labels: tuple[str, ...]) -> str:
    """The pictures that a model is compared on where none are named."""
    from tenfold.datasets.cifar10 import CLASSES
    from tenfold.errors import UsageError
    from tenfold.runs.run import Run

    run = Run.of_model(model)
    if run and run.source:
        return run.source
    if labels == CLASSES:
        return "cifar10"
    raise UsageError(
        "The export",
        "needs pictures to compare on",
        received="the model file does not name any",
        cure="Name a folder of class-name/picture files of its classes with --data.",
    )
