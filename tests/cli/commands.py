"""Whether the command line takes the words of a command, without doing what it does."""

from collections.abc import Sequence

import click

from tenfold.cli import tenfold


def accepted(words: Sequence[str]) -> click.Context:
    """The context of a command; raises click.UsageError where it does not take these words."""
    command: click.Command = tenfold
    context = click.Context(command, **command.context_settings)  # a command remembers the name of its --help
    rest = list(words)
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command = found
    return command.make_context(name, rest, context, resilient_parsing=False)
