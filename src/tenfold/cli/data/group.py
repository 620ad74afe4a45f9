"""tenfold data: training data fetched, shown and checked."""

import sys
from pathlib import Path

import click

from tenfold.cli.data.check import check
from tenfold.cli.data.show import show
from tenfold.cli.terminal.paths import FOLDER
from tenfold.cli.terminal.text import Progress


@click.group()
def data() -> None:
    """Fetch, show and check training data."""


data.add_command(show)
data.add_command(check)


@data.command()
@click.argument("name", type=click.Choice(["cifar10"]), metavar="cifar10")
@click.option(
    "--data-dir",
    type=FOLDER,
    metavar="DIR",
    help="Where to keep it, or where it is already.",
)
def fetch(name: str, data_dir: Path | None) -> None:
    """Download CIFAR-10 (170 MB), check it, and unpack it.

    An interrupted download continues where it stopped. Data that is already there is checked and used.
    """
    from tenfold import settings
    from tenfold.datasets.fetch import fetch_cifar10

    folder = data_dir or Path(settings.load().data_dir)
    with Progress(sys.stderr, "MB", scale=1e6) as progress:
        where = fetch_cifar10(folder, progress=progress.show)
    click.echo(f"CIFAR-10 is in {where}")
