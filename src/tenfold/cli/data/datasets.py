"""Labelled pictures named on a command line, opened with progress shown. Trains and evaluates nothing."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.paths import FOLDER
from tenfold.cli.terminal.text import Progress, say
from tenfold.paths import Home

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenfold.datasets.dataset import Dataset
    from tenfold.server_files import ServerFiles
    from tenfold.settings import Settings

SOURCE_HELP = "cifar10, a folder of class-name/picture files, or a CSV or Parquet manifest."
# How many unreadable pictures are named; the rest are counted.
_NAMED = 5

# Where CIFAR-10 is; and where it is, or is fetched to.
data_dir_option = click.option(
    "--data-dir", type=FOLDER, metavar="DIR", help="The folder that holds CIFAR-10."
)
fetched_dir_option = click.option(
    "--data-dir", type=FOLDER, metavar="DIR", help="The folder that holds CIFAR-10, or will."
)
run_data_option = click.option(
    "--data", "source", metavar="SOURCE", help=f"{SOURCE_HELP} Without it, what the run says."
)
split_option = click.option(
    "--split",
    type=click.Choice(["test", "validation", "training", "all"]),
    default="test",
    help="Which part of the data; a folder without parts is split as `tenfold train` splits it.",
)
# Of a server that runs the command for whoever named the data to it.
confined_option = click.option(
    "--confined",
    is_flag=True,
    hidden=True,
    help="Follow no link out of the data's folder, and read none of tenfold's own files.",
)


def confined_files(chosen: "Settings", data_dir: Path) -> "ServerFiles":
    """What opens the data of a command that is `--confined`."""
    from tenfold.database import sqlite_file
    from tenfold.server_files import ServerFiles

    return ServerFiles(
        chosen.home, sqlite_file(chosen.database_url), readable=(data_dir, Home(chosen.home).uploaded_data)
    )


def open_data(
    source: str,
    side: int,
    data_dir: Path,
    cache: Path,
    *,
    resize: str = "bilinear",
    fetch: bool = True,
    to_train: bool = True,
    files: "ServerFiles | None" = None,
    told: "Callable[[int, int], None]" = lambda done, total: None,
) -> "Dataset":
    """The labelled pictures; CIFAR-10 may be fetched where it is missing. Raises as `open_dataset`.

    How a folder was understood, and what was left out, is printed on standard error.
    """
    from tenfold.datasets.fetch import fetch_cifar10
    from tenfold.datasets.opening import open_dataset

    if source == "cifar10" and fetch:
        with Progress(sys.stderr, "MB", scale=1e6) as progress:
            fetch_cifar10(data_dir, progress=progress.show)
    with Progress(sys.stderr, "pictures", scale=1) as progress:

        def show(done: int, total: int) -> None:
            progress.show(done, total)
            told(done, total)

        data = open_dataset(
            source,
            side=side,
            data_dir=data_dir,
            cache=cache,
            resize=resize,
            to_train=to_train,
            files=files,
            progress=show,
        )
    if data.layout:
        say(f"{data.name}: {data.layout}.", err=True)
    for one in data.skipped[:_NAMED]:
        say(f"Skipped {one.source}: {one.reason}", err=True)
    if len(data.skipped) > _NAMED:
        click.echo(f"... and {len(data.skipped) - _NAMED:,} more. `tenfold data check` lists them.", err=True)
    return data
