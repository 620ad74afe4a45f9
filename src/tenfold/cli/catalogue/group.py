"""tenfold catalogue: pictures in, found, filed and out again. One line here for each command of the group."""

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


catalogue.add_command(add)
catalogue.add_command(check)
catalogue.add_command(watch)
catalogue.add_command(list_entries)
catalogue.add_command(show)
catalogue.add_command(similar)
catalogue.add_command(duplicates)
catalogue.add_command(correct)
catalogue.add_command(delete)
catalogue.add_command(empty_bin)
catalogue.add_command(restore)
catalogue.add_command(undo)
catalogue.add_command(retry)
catalogue.add_command(export)
catalogue.add_command(file)
catalogue.add_command(unfile)
catalogue.add_command(reclassify)
