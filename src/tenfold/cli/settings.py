"""tenfold settings: every setting, its value and where it comes from."""

import click


@click.command()
def settings() -> None:
    """List every setting, its value and where it comes from."""
