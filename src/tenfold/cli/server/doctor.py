"""tenfold doctor: looks at everything that a server needs, and says what to do."""

import json
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.terminal.text import fields, printable
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.observability.check import Check


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the lines as JSON.")
def doctor(as_json: bool) -> int:
    """Check everything that a server needs, and say what to do.

    Looks at the database, the model, folders, disks, the clock, services, cameras and destinations. Each line
    is ok, off (not used here), warn or fail. Changes nothing. Ends with 1 where a line is fail, else with 0.
    """
    from tenfold.runtime.doctor import examine

    with App() as app:
        lines = [*examine(app), _server(app)]
    if as_json:
        click.echo(json.dumps([_facts(one) for one in lines], indent=2, ensure_ascii=False))
    else:
        for one in lines:
            click.echo(f"{one.state:<5} {printable(one.name)}: {printable(one.words)}")
            if one.cure and one.state != "ok":
                click.echo(f"      {printable(one.cure)}")
    return int(any(one.state == "fail" for one in lines))


def _facts(line: "Check") -> dict[str, Any]:
    """As the HTTP API has it."""
    why = [fields(one, "code", "words") for one in line.why]
    found = {"params": dict(line.params), "why": why}
    return fields(line, "name", "state", "code") | found | fields(line, "words", "cure")


def _server(app: App) -> "Check":
    """Whether a server runs by these settings, and its services with it."""
    from tenfold.cli.server.health import asked
    from tenfold.observability.check import Check, Why

    reply = asked(app.settings)
    if reply is None:
        return Check("services", "off", "server-off")
    ready, words = reply
    if ready:
        return Check("services", "ok", "server-ready")
    return Check("services", "fail", "server-not-ready", why=[Why("", words)])
