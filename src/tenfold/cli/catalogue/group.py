"""tenfold catalogue: pictures in, found, filed and out again."""

import click

from tenfold.cli.catalogue.add import add, check
from tenfold.cli.catalogue.edit import correct, delete, empty_bin, restore, retry, undo
from tenfold.cli.catalogue.export import export
from tenfold.cli.catalogue.find import duplicates, list_entries, show, similar
from tenfold.cli.catalogue.organise import file, unfile
from tenfold.cli.catalogue.reclassify import reclassify
from tenfold.cli.catalogue.watch import watch


@click.group()
def catalogue() -> None:
    """Add pictures to the catalogue, find them, file them."""


for command in (
    add, check, watch, list_entries, show, similar, duplicates, correct, delete,
    empty_bin, restore, undo, retry, export, file, unfile, reclassify,
):  # fmt: skip
    catalogue.add_command(command)
