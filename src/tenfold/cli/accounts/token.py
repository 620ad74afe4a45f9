"""tenfold token: programs' ways in, from the command line of the machine that has the database."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tenfold.accounts.roles import TOKEN_ROLES
from tenfold.cli.terminal.text import fields, print_table, printable
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.accounts.tokens import IssuedToken

_DAYS = 90


@click.group()
def token() -> None:
    """Add, list and revoke tokens for programs.

    A program sends its token with each request: `Authorization: Bearer tenfold_...`.
    """


@token.command()
@click.argument("name")
@click.option(
    "--for", "person", required=True, metavar="PERSON", help="The person for whom the program acts."
)
@click.option(
    "--role",
    type=click.Choice(TOKEN_ROLES),
    help="The most it may do; monitor: read metrics. Default: what the person may.",
)
@click.option(
    "--days", type=click.IntRange(1, 730), default=_DAYS, show_default=True, help="How long it is valid."
)
def add(name: str, person: str, role: str | None, days: int) -> None:
    """Make a token. It is printed once, and not stored."""
    with App() as app:
        owner = app.people.named(person)
        made, secret = app.tokens.add(owner.id, name, role or owner.role, days=days)
    click.echo(secret)
    click.echo(
        f"{printable(made.name)}: {made.role}, for {printable(made.person)}, until "
        f"{made.expires_at:%Y-%m-%d}. It is not shown again.",
        err=True,
    )


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def listed(as_json: bool) -> None:
    """List all tokens, also expired and revoked ones."""
    with App() as app:
        tokens = app.tokens.issued()
    if as_json:
        click.echo(json.dumps([fields(one, *vars(one)) for one in tokens], indent=2, ensure_ascii=False))
    else:
        head = ("id", "name", "for", "role", "state", "last used")
        rows = [
            (str(one.id), one.name, one.person, one.role, _state(one), _day(one.used_at) or "never")
            for one in tokens
        ]
        print_table(head, rows, "There are no tokens. Make one: tenfold token add NAME --for PERSON")


@token.command()
@click.argument("number", type=int, metavar="ID")
def revoke(number: int) -> None:
    """Revoke a token. ID: as `tenfold token list` shows it."""
    with App() as app:
        gone = app.tokens.revoke(number)
    click.echo(f"{printable(gone.name)} of {printable(gone.person)} holds no longer")


def _state(one: "IssuedToken") -> str:
    if one.revoked_at is not None:
        return f"revoked {_day(one.revoked_at)}"
    over = one.expires_at is not None and one.expires_at <= datetime.now(UTC)
    return f"{'ended' if over else 'until'} {_day(one.expires_at)}"


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""
