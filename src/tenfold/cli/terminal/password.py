"""Asks for a password: at the terminal, where it is not shown, or from standard input."""

import sys

import click

from tenfold.errors import UsageError

from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Take the password from the first line of standard input."
)


def ask_password(*, stdin: bool, new: bool) -> str:
    """The password that a person types.

    Args:
        stdin: take it from the first line of standard input instead.
        new: whether it is to be typed twice.

    Raises:
        UsageError: there is no terminal to ask at.
    """
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError(
            "The password", "cannot be asked for without a terminal", cure="Use --password-stdin."
        )
    confirmation = "The same again" if new else False
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=confirmation)
    return asked
