"""tenfold user: accounts, from the command line of the machine that has the database."""

import json

import click

from tenfold.cli.terminal.password import ask_password, from_stdin
from tenfold.cli.terminal.text import fields, print_table, printable
from tenfold.runtime import App

ROLES = ("viewer", "operator", "administrator")

_role = click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="viewer: looks. operator: also adds and corrects. administrator: also models, settings, people.",
)


@click.group()
def user() -> None:
    """Add and change accounts of people.

    From the first account on, everybody has to sign in to the page and the API.
    """


@user.command()
@click.argument("name")
@_role
@from_stdin
def add(name: str, role: str, password_stdin: bool) -> None:
    """Give somebody an account. The first one has to be an administrator's."""
    from tenfold.accounts.people import checked_name

    name = checked_name(name)
    with App() as app:
        made = app.people.add(name, role, ask_password(stdin=password_stdin, new=True))
    click.echo(f"{printable(made.name)} has an account as {made.role}")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def listed(as_json: bool) -> None:
    """List everybody with an account."""
    with App() as app:
        everybody = app.people.everybody()
    if as_json:
        told = ("id", "name", "role", "disabled", "created_at", "password_at")
        facts = [fields(one, *told) for one in everybody]
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        rows = [
            (one.name, one.role, "disabled" if one.disabled else "", f"{one.created_at:%Y-%m-%d}")
            for one in everybody
        ]
        nothing = "Nobody has an account. Add one: tenfold user add NAME --role administrator"
        print_table(("name", "role", "", "since"), rows, nothing)


@user.command()
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
def role(name: str, role: str) -> None:
    """Change a person's role."""
    with App() as app:
        made = app.people.change(app.people.named(name).id, role=role)
    click.echo(f"{printable(made.name)} is {made.role} now")


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Disable an account; what the person added and did stays."""
    with App() as app:
        made = app.people.change(app.people.named(name).id, disabled=True)
    click.echo(f"{printable(made.name)} is not let in any longer")


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """Enable an account again."""
    with App() as app:
        made = app.people.change(app.people.named(name).id, disabled=False)
    click.echo(f"{printable(made.name)} is let in again")


@user.command()
@click.argument("name")
@from_stdin
def password(name: str, password_stdin: bool) -> None:
    """Set a new password, and sign the person out everywhere."""
    with App() as app:
        person = app.people.named(name)
        app.people.change(person.id, password=ask_password(stdin=password_stdin, new=True))
    click.echo(f"{printable(person.name)} has another password, and is signed out everywhere")
