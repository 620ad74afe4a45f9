"""tenfold catalogue: pictures in, found, filed and out again. One line here for each command of the group."""

import click


@click.group()
def catalogue() -> None:
    """Add pictures to the catalogue, find them, file them."""
