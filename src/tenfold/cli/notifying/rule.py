"""tenfold rule: which events before cameras are worth a message or a clip."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.notifying.destination import seconds_to_wait, try_out
from tenfold.cli.terminal.text import print_list, printable, say
from tenfold.errors import UnknownRule
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.cameras.rules.evaluate import Rule, Sighting
    from tenfold.cameras.rules.tables import RuleRow

_SECONDS_OF_A_DAY = 86400.0


@click.group()
def rule() -> None:
    """Choose which events of cameras are sent, and where.

    CONDITIONS are those of `tenfold watch --rule`, and all have to be met: class=person,dog zone=door
    confidence=0.6 between=22:00-06:00 days=mon,tue dwell=30 line=0.5,0,0.5,1 cross=right count=3/60
    cool-down=300 camera=1. A name with a space is put into quotation marks: zone='front door'.
    """


@rule.command()
@click.argument("name")
@click.argument("conditions", nargs=-1)
@click.option(
    "--to",
    "destinations",
    multiple=True,
    metavar="DESTINATION",
    help="Who is told, by name or number; may be given several times.",
)
@click.option("--record", is_flag=True, help="Record a clip of what it fires for.")
def add(name: str, conditions: Sequence[str], destinations: Sequence[str], record: bool) -> None:
    """Add a rule NAME with CONDITIONS; without any it fires for every event."""
    from tenfold.cameras.rules.text import parse

    asked = parse(" ".join(conditions))
    with App() as app:
        told = [app.outbox.named(one).id for one in destinations]
        row = app.rules.add(name, asked, told, record=record, by=0)
    nobody = "" if told or record else " Nobody is told: name a destination with --to."
    say(f"Rule {row.id}, {row.name}, holds from now on.{nobody}")


@rule.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_rules(as_json: bool) -> None:
    """List the rules: their conditions and destinations."""
    with App() as app:
        names = {row.id: row.name for row in app.outbox.destinations()}
        found = [_facts(row, names) for row in app.rules.all()]
    print_list(
        found,
        ("id", "name", "state", "conditions", "tells", "last fired"),
        lambda one: (
            str(one["id"]), one["name"], "on" if one["enabled"] else "off", one["text"] or "every event",
            ", ".join([*one["destinations"], *(["a clip"] if one["record"] else [])]) or "nobody",
            one["told_at"] or "never",
        ),
        as_json=as_json,
        nothing="There is no rule, so nothing is told. tenfold rule add NAME CONDITIONS adds one.",
    )  # fmt: skip


@rule.command()
@click.argument("name", metavar="RULE")
@seconds_to_wait
def test(name: str, seconds: float) -> int:
    """Send a test to the destinations of RULE, a name or a number, and report whether it was received."""
    with App() as app:
        row = app.rules.named(name)
        told = [one for one in app.outbox.destinations() if one.id in row.destinations]
        if not told:
            say(f"{row.name} tells nobody.")
            return 1
        return 0 if try_out(app, told, seconds) else 1


@rule.command("would-have-fired")
@click.argument("what", nargs=-1, metavar="RULE | CONDITIONS")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def would_have_fired(what: Sequence[str], as_json: bool) -> None:
    """List the events of the last day for which RULE, a name or a number, or CONDITIONS would have fired.

    The newest come first; nothing is sent.
    """
    from tenfold.cameras.rules.evaluate import replay
    from tenfold.cameras.rules.kept import sightings
    from tenfold.workflows.tell import local

    with App() as app:
        asked = _asked(app, " ".join(what))
        cameras = app.cameras.all(removed=True)
        events = sightings(app.camera_events.recent(_SECONDS_OF_A_DAY), cameras)
        names = {row.id: row.name for row in cameras}
    fired = replay(asked, events, local)
    for event in reversed(fired):
        if as_json:
            click.echo(json.dumps(_event(event, names)))
        else:
            when = f"{local(event.start):%Y-%m-%d %H:%M:%S}"
            zones = f"  {', '.join(event.zones)}" if event.zones else ""
            label = event.label or "none of these"
            say(f"{when}  {label} {event.confidence:.0%}  {names[event.camera]}{zones}")
    if not as_json:
        click.echo(f"It would have fired for {len(fired):,} of {len(events):,} events of the last day.")


@rule.command()
@click.argument("name", metavar="RULE")
def remove(name: str) -> None:
    """Remove RULE, a name or a number. Messages that it made are still sent."""
    with App() as app:
        row = app.rules.remove(app.rules.named(name).id)
    click.echo(f"{printable(row.name)} is removed.")


def _asked(app: App, what: str) -> "Rule":
    """A rule by its name or number, else conditions."""
    from tenfold.cameras.rules import text

    try:
        return text.from_json(app.rules.named(what).conditions)
    except UnknownRule:
        if what and "=" not in what:
            raise
        return text.parse(what)


def _facts(row: "RuleRow", names: dict[int, str]) -> dict[str, Any]:
    from tenfold.cameras.rules import text

    return {
        "id": row.id,
        "name": row.name,
        "enabled": row.enabled,
        "text": text.as_text(text.from_json(row.conditions)),
        "conditions": row.conditions,
        "destinations": [names[one] for one in row.destinations if one in names],
        "record": row.record,
        "told_at": row.told_at and row.told_at.isoformat(timespec="seconds"),
    }


def _event(event: "Sighting", names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": event.id,
        "camera": names[event.camera],
        "class": event.label,
        "confidence": event.confidence,
        "zones": list(event.zones),
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
    }
