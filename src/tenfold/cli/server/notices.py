"""Says that another model answers than the live one, where that is so. Knows no command."""

from tenfold.cli.terminal.text import say
from tenfold.runtime import App


def warn(app: App) -> None:
    """Say what is wrong with the live model, where something is."""
    for notice in app.notices:
        say(f"tenfold: warning: {notice}", err=True)


def warn_where_it_answered(app: App) -> None:
    """The same, once the work is done: where a server did it, this process has no model."""
    if app.has_made("initial_model"):
        warn(app)
