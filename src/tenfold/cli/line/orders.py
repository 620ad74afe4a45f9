"""tenfold station trigger, challenge, approve, override: requests to a station that a server runs."""

import time
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.terminal.text import say
from tenfold.errors import LineError
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.line.stations.tables import StationRow

_POLL_SECONDS = 0.1
_by = click.option("--by", required=True, metavar="NAME", help="Who says so; it is kept in the trail.")


@click.command()
@click.argument("name")
def trigger(name: str) -> None:
    """Trigger station NAME: a part is there. It is judged within a second.

    Refused where the plant's own photo-eye is the trigger.
    """
    with App() as app:
        row = app.stations.named(name)
        _order(app, row, {"do": "trigger"})
    say(f"{row.name} judges a part.")


@click.command()
@click.argument("name")
@click.argument("expected", nargs=-1, required=True, type=click.Choice(["good", "bad"]))
@_by
def challenge(name: str, expected: tuple[str, ...], by: str) -> None:
    """Tell station NAME that its next parts are golden ones: good bad bad, in the order in which they come.

    None of them is released. Where each gets the verdict that it should, parts after them are.
    """
    with App() as app:
        row = app.stations.named(name)
        _order(app, row, {"do": "challenge", "expected": [one == "good" for one in expected], "by": by})
    say(f"The next {len(expected)} parts of {row.name} are challenge parts.")


@click.command()
@click.argument("name")
@_by
def approve(name: str, by: str) -> None:
    """Approve the first parts of station NAME after a change of recipe.

    Parts are released from here on.
    """
    with App() as app:
        row = app.stations.named(name)
        _order(app, row, {"do": "first-parts", "by": by})
        app.audit.note(0, "station.release", row.name, {})
    say(f"The first parts of {row.name} are approved.")


@click.command()
@click.argument("name")
@click.argument("part", type=click.IntRange(min=1))
@click.argument("verdict", type=click.Choice(["pass", "reject", "divert"]))
@_by
@click.option("--reason", required=True, metavar="TEXT", help="Why the verdict is given.")
@click.option(
    "--label",
    metavar="CLASS",
    help="The class that the part is: its picture joins the catalogue under it, and models learn from it.",
)
def override(name: str, part: int, verdict: str, by: str, reason: str, label: str | None) -> None:
    """Add a person's VERDICT on a PART of station NAME to the station's own, also while it runs.

    Give one also where you agree with the station: the shares of good parts rejected and bad parts passed are
    computed from all parts that were looked at again.
    """
    from tenfold.line.parts import Verdict

    with App() as app:
        row = app.stations.named(name)
        found, entry = app.overrule(
            app.trail_of(row.id),
            part,
            Verdict(verdict),
            by=by,
            person=0,
            reason=reason,
            label=label,
            station=row.name,
        )
        app.audit.note(0, "station.override", row.name, {"part": part})
    say(f"Part {part}: {found.station_verdict} by the station, {verdict} by {by}")
    if entry is not None:
        click.echo(f"Its picture is entry {entry} of the catalogue.")


def _order(app: App, row: "StationRow", body: dict[str, Any]) -> None:
    """Have the server that runs a station do something. Raises LineError where none does, or it refuses."""
    from tenfold.line.stations.orders import FRESH_SECONDS

    order = app.station_orders.put(row.id, body)
    until = time.monotonic() + FRESH_SECONDS
    while (refused := app.station_orders.refused(order)) is None:
        if time.monotonic() >= until:
            raise LineError(
                f"The station {row.name}",
                "does not answer",
                received="no server took the order",
                cure="Check that tenfold serve runs and that the station is not paused.",
                reason="station-away",
            )
        time.sleep(_POLL_SECONDS)
    if refused:
        raise LineError(f"The station {row.name}", "refused", received=refused, reason="station-refused")
