"""tenfold catalogue: pictures in, found, filed and out again. One line here for each command of the group."""

import click

from tenfold.cli.catalogue_add import add, check
from tenfold.cli.catalogue_watch import watch


@click.group()
def catalogue() -> None:
    """Add pictures to the catalogue, find them, file them."""


catalogue.add_command(add)
catalogue.add_command(check)
catalogue.add_command(watch)
