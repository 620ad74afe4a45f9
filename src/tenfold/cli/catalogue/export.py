"""tenfold catalogue export: entries as a table, an archive, folders by class, or training data."""

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.catalogue.filters import chosen, filter_options
from tenfold.cli.terminal.paths import PATH
from tenfold.cli.terminal.text import printable, say
from tenfold.errors import CatalogueError, UsageError, counted
from tenfold.os_errors import refused
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.catalogue.entries.filters import Filters
    from tenfold.catalogue.export.exports import Exports

_TABLES = (".csv", ".parquet")


@click.command()
@click.argument("target", type=PATH, metavar="FILE.csv|FILE.parquet|FILE.zip|DIR")
@click.option("--training", is_flag=True, help="Class folders that `tenfold train --data DIR` takes.")
@click.option("--all", "everything", is_flag=True, help="With --training: also what only the model said.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@filter_options
def export(target: Path, training: bool, everything: bool, force: bool, **which: Any) -> None:
    """Write the catalogue, or what the options choose of it.

    FILE.csv and FILE.parquet are a row for each entry; DIR and FILE.zip are the pictures in folders by class.
    CSV is UTF-8 with a byte order mark; a text that a spreadsheet would take for a formula begins with an
    apostrophe. With --training only what a person corrected or confirmed is written, each content once.
    """

    if everything and not training:
        raise UsageError("--all", "goes with --training", cure="Leave it out, or add --training.")
    if training and target.suffix.lower() in _TABLES:
        raise UsageError(
            "--training", "writes folders", received=str(target), cure="Name a folder, or FILE.zip."
        )
    with App() as app:
        _write(app.exports, chosen(app, which), target, training, everything, force)


def _write(
    exports: "Exports", filters: "Filters", target: Path, training: bool, everything: bool, force: bool
) -> None:
    shown = printable(str(target))
    streams: dict[str, Callable[[], Iterator[bytes]]] = {
        ".csv": lambda: exports.csv(filters),
        ".parquet": lambda: exports.parquet(filters),
        ".zip": lambda: exports.pictures_zip(filters),
    }
    if training:
        labels = "all" if everything else "corrected"
        if target.suffix.lower() != ".zip":
            count = exports.training_folder(filters, target, "all" if everything else "corrected")
            click.echo(f"Exported {counted(count, 'picture')} for training to {shown}")
            say(f"To train on them: tenfold train --data {shlex.quote(str(target))}")
            return
        streams[".zip"] = lambda: exports.training_zip(filters, "all" if labels == "all" else "corrected")
    stream = streams.get(target.suffix.lower())
    if stream is None:
        count = exports.pictures_folder(filters, target)
        click.echo(f"Exported {counted(count, 'picture')} to {shown}")
        return
    if target.exists() and not force:
        raise CatalogueError(
            shown, "is there already", cure="Name another file, or write over it with --force."
        )
    size = _whole(stream(), target)
    click.echo(f"Wrote {shown} ({size / 1e6:,.1f} MB)")


def _whole(stream: Iterator[bytes], target: Path) -> int:
    """Write a file, whole or not at all; its bytes."""
    from tenfold.files import write_whole

    try:
        target.parent.stat()  # one that is not there is a slip, and is not made
        return write_whole(target, stream)
    except OSError as reason:
        cure = "Name a folder that is there, has room and may be written."
        subject = printable(str(target))
        raise refused(CatalogueError, subject, reason, "cannot be written", cure=cure) from reason
