"""tenfold settings: every setting, its value and where it comes from."""

import click

from tenfold.cli.terminal.text import say


@click.command()
def settings() -> None:
    """List every setting, its value and where it comes from.

    A TENFOLD_* variable takes precedence over the file tenfold.toml in the folder `home` (or the file that
    TENFOLD_CONFIG names), the file before the default.
    """
    from tenfold import settings as all_settings

    chosen, origins = all_settings.load(), all_settings.origins()
    for one in all_settings.describe():
        value, origin = all_settings.shown(chosen, one), origins[one.name]
        source = "the default" if origin == "default" else f"from {origin}"
        say(f"{one.name} = {value or '(empty)'}   {source}")
        click.echo(f"    {one.env}: {one.help}")
