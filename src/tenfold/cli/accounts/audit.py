"""tenfold audit: the log of who did what."""

import json

import click

from tenfold.cli.terminal.text import print_table
from tenfold.runtime import App


@click.command()
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The most records."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def audit(limit: int, as_json: bool) -> None:
    """Show who did what, and when.

    The newest comes last. Times are in UTC; a record without an address was made on this machine.
    """
    with App() as app:
        records = app.audit.latest(limit=limit)[::-1]
    if as_json:
        for one in records:
            facts = {
                "id": one.id, "at": one.at.isoformat(), "who_id": one.person_id, "who": one.person,
                "action": one.action, "subject": one.subject, "details": one.details, "address": one.address,
            }  # fmt: skip
            click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        rows = [
            (
                f"{one.at:%Y-%m-%d %H:%M:%S}",
                one.person or "-",
                one.action,
                one.subject or "-",
                one.address or "-",
                ", ".join(f"{name} {value}" for name, value in one.details.items()),
            )
            for one in records
        ]
        head = ("when", "who", "what", "to what", "from", "")
        print_table(head, rows, "Nothing was done yet that is kept here.")
