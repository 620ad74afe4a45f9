"""tenfold destination: where messages are sent."""

import sys
import threading
import time
from collections.abc import Collection
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.terminal.password import ask_password, from_stdin
from tenfold.cli.terminal.text import print_list, printable, say
from tenfold.runtime import App

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenfold.outbox.tables import DestinationRow

_TITLE, _TEXT = "tenfold", "This is a test: messages arrive here."
_POLL_SECONDS = 0.1

seconds_to_wait = click.option(
    "--seconds",
    type=click.FloatRange(1, 600),
    default=20.0,
    show_default=True,
    help="How long to wait for it to be received.",
)


@click.group()
def destination() -> None:
    """Set up where messages are sent."""


@destination.command()
@click.argument("name")
@click.argument("kind", type=click.Choice(["webhook", "mqtt", "apprise", "page"]))
@click.option("--url", default="", help="webhook, apprise: the address; asked for where it is left out.")
@click.option("--local", is_flag=True, help="webhook: the receiver is on this machine or in its network.")
@click.option("--host", default="", help="mqtt: the broker.")
@click.option("--port", type=click.IntRange(1, 65535), help="mqtt: its port.")
@click.option("--tls", is_flag=True, help="mqtt: an encrypted connection.")
@click.option("--user", default="", help="mqtt: a user; the password is asked for.")
@from_stdin
@click.option("--prefix", default="tenfold", show_default=True, help="mqtt: what topics begin with.")
@click.option(
    "--discovery",
    default="homeassistant",
    show_default=True,
    help="mqtt: Home Assistant's prefix; empty: cameras are not announced.",
)
def add(name: str, kind: str, url: str, password_stdin: bool, **settings: Any) -> None:
    """Add a destination NAME: a webhook, an MQTT broker, an address of apprise, or open browsers (page).

    Of a webhook the secret that signs its requests is printed this once. An address may hold a password,
    which all who list this computer's processes see: leave --url out, and it is asked for, or read from
    standard input.
    """
    if kind in ("webhook", "apprise") and not url:
        url = click.prompt("Address") if sys.stdin.isatty() else sys.stdin.readline().strip()
    if settings["user"] or password_stdin:
        settings["password"] = ask_password(stdin=password_stdin, new=False)
    with App() as app:
        row = app.outbox.add(name, kind, settings | {"url": url})
    if row.settings.get("secret"):
        click.echo(row.settings["secret"])
    click.echo(f"{printable(row.name)} is added. Try it: tenfold destination test {row.id}", err=True)


@destination.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_destinations(as_json: bool) -> None:
    """List the destinations, whether each works, and waiting messages; without passwords and keys."""
    with App() as app:
        counts = app.outbox.counts()
        found = [_facts(row, counts.get(row.id, {})) for row in app.outbox.destinations()]
    print_list(
        found,
        ("id", "name", "kind", "address", "state", "waiting", "given up"),
        lambda one: (
            str(one["id"]), one["name"], one["kind"], one["address"], one["state"],
            f"{one['waiting']:,}", f"{one['dead']:,}",
        ),
        as_json=as_json,
        nothing="Messages are not sent anywhere. tenfold destination add NAME KIND adds a destination.",
    )  # fmt: skip


@destination.command()
@click.argument("name", metavar="DESTINATION")
@seconds_to_wait
def test(name: str, seconds: float) -> int:
    """Send a message to DESTINATION, a name or a number, and say whether it was received."""
    with App() as app:
        row = app.outbox.named(name)
        return 0 if try_out(app, [row], seconds) else 1


@destination.command()
@click.argument("name", metavar="DESTINATION")
def remove(name: str) -> None:
    """Remove DESTINATION, a name or a number, and the messages that wait for it."""
    with App() as app:
        row = app.outbox.remove(app.outbox.named(name).id)
    click.echo(f"{printable(row.name)} is removed.")


def try_out(app: App, rows: "Collection[DestinationRow]", seconds: float) -> bool:
    """Send a test to destinations and print what became of each; whether all were received."""
    from tenfold.outbox.outbox import SENT, WAITING

    messages = {row.id: app.outbox.try_out(row.id, _TITLE, _TEXT) for row in rows}
    until = time.monotonic() + seconds
    with _sending(app):
        while time.monotonic() < until:
            messages = {one: app.outbox.message(one, row.id) for one, row in messages.items()}
            if all(message.state != WAITING for message in messages.values()):
                break
            time.sleep(_POLL_SECONDS)
    for row in rows:
        message = messages[row.id]
        if message.state == SENT:
            words = "received"
        elif not row.enabled:
            words = "waits until this destination is resumed"
        else:
            problem = message.problem or {}
            why = str(problem.get("detail", ""))
            words = "not received yet; it will be sent again" if message.state == WAITING else "given up"
            words += f": {why}" if why else ""
        say(f"{row.name}: {words}")
    return all(message.state == SENT for message in messages.values())


@contextmanager
def _sending(app: App) -> "Iterator[None]":
    """Send what waits, as far as no server does."""
    stop = threading.Event()
    thread = threading.Thread(target=app.sender.run, args=(stop,), name="tenfold-send")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        app.sender.wake()
        thread.join()


def _facts(row: "DestinationRow", counts: dict[str, int]) -> dict[str, Any]:
    from tenfold.outbox.kinds import shown

    state = "works" if row.sent_at else "nothing sent yet"
    if not row.enabled:
        state = "paused"
    elif row.problem:
        state = "failing"
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "address": shown(row.kind, row.settings),
        "state": state,
        "problem": row.problem,
        "waiting": counts.get("waiting", 0),
        "dead": counts.get("dead", 0),
    }
