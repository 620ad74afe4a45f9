"""tenfold station: the stations of a production line that a server runs, and what they pass."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.line import orders, recipe, wires
from tenfold.cli.line.prove import prove
from tenfold.cli.terminal.password import ask_password, from_stdin
from tenfold.cli.terminal.paths import FILE_THERE
from tenfold.cli.terminal.text import fields, print_list, say
from tenfold.errors import UsageError
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.line.stations.tables import StationRow


@click.group()
def station() -> None:
    """Inspect parts on a real production line.

    A server runs each station. What it is wired to is written as NAME=VALUE words, with the kind before them:
    --plant 'modbus host=10.0.0.9 words=low-first', --trigger 'crossing line=0.5,0,0.5,1'.
    """


@station.command()
@click.argument("name")
@click.argument("camera")
@click.option("--user", default="", help="The camera's user; its password is asked for.")
@from_stdin
@click.option(
    "--snapshot", is_flag=True, help="CAMERA answers a GET with a picture; ask for one of each part."
)
@click.option(
    "--plant", default="none", show_default=True, metavar="WORDS", help="The PLC: 'modbus host=...'."
)
@click.option(
    "--trigger",
    metavar="WORDS",
    help="What signals a part: plant (its photo-eye), 'encoder counts=400', 'crossing"
    " line=X,Y,X,Y', 'mqtt topic=...', or hand. With gate_topic=... messages tell of a second photo-eye.",
)
@click.option(
    "--gate",
    metavar="WORDS",
    help="'distance=3000 window=120 sensor=3200 slack=120 eye=2600', in counts of the encoder from the"
    " trigger; in milliseconds where there is no PLC.",
)
@click.option("--broker", metavar="WORDS", help="An MQTT broker: 'host=... port=1883 group=... node=...'.")
@click.option(
    "--wiring",
    type=FILE_THERE,
    metavar="FILE",
    help="TOML with [plant], [trigger], [gate], [broker], [challenge] and [[outputs]]; for what has passwords"
    " or many nodes. Options of the command line take precedence.",
)
@click.option("--untested", is_flag=True, help="Add it although the camera cannot be reached now.")
@click.option("--region", metavar="X,Y,W,H", help="What of the picture is looked at, in parts of it.")
@click.option("--whole", is_flag=True, help="The region is the part; else it is found by the belt's colour.")
@click.option(
    "--deadline",
    type=click.FloatRange(10, 60_000),
    default=400.0,
    show_default=True,
    metavar="MS",
    help="From the trigger to the release.",
)
@click.option("--recipe", "made", metavar="RECIPE", help="What is made, where the plant does not say.")
@click.option(
    "--first-parts",
    type=click.IntRange(0, 1000),
    default=0,
    metavar="N",
    help="How many parts after a change of recipe wait for approval.",
)
@click.option(
    "--challenge",
    metavar="WORDS",
    help="Parts that have to be run before any is released: 'good=1 bad=2 hours=8'.",
)
def add(name: str, camera: str, user: str, password_stdin: bool, untested: bool, **given: Any) -> None:
    """Have a server run a station NAME that looks through CAMERA.

    CAMERA is usb:0, rtsp://host/path, http://host/path, a video file or a folder, which play over and over,
    or camera:NAME, a camera that tenfold camera list shows. It is tried first. The station rejects all until
    it has an approved recipe.
    """
    from tenfold.workflows.line.cameras import camera_of, described, station_camera, try_camera, words_of

    password = ask_password(stdin=password_stdin, new=False) if user or password_stdin else ""
    with App() as app:
        address = station_camera(camera, app.cameras, user=user, password=password)
        values, seen = _values(app, given), ""
        if not untested:
            snapshot = given["snapshot"]
            facts = try_camera(camera_of(address, app.cameras), snapshot=snapshot)
            seen = f", {words_of(facts, snapshot=snapshot)}"
        row = app.stations.add(name, asdict(address), by=0, **values)
        shown = described(row, app.cameras)
    say(f"Station {row.id}, {row.name}: {shown}{seen}. A server runs it.")
    if row.recipe_id is None:
        click.echo("It rejects all until a recipe is named: tenfold station recipe add NAME")


@station.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_stations(as_json: bool) -> None:
    """List the stations, and the state of each."""
    with App() as app:
        found = [_facts(row) for row in app.stations.all()]
    print_list(
        found,
        ("id", "name", "state", "passed", "rejected", "why"),
        lambda one: (
            str(one["id"]), one["name"], one["state"], str(one["passed"]), str(one["rejected"]), one["why"],
        ),
        as_json=as_json,
        nothing="There is no station. tenfold station add NAME CAMERA adds one.",
    )  # fmt: skip


@station.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(name: str, as_json: bool) -> None:
    """Show station NAME: its connections, its state, and where its trail is."""
    from tenfold.workflows.line.cameras import described

    with App() as app:
        row = app.stations.named(name)
        camera = {"camera": described(row, app.cameras)}
        facts = _facts(row) | camera | _wiring(row) | {"trail": str(app.trail_of(row.id))}
    if as_json:
        click.echo(json.dumps(facts))
        return
    column = max(map(len, facts))
    for key, value in facts.items():
        say(f"  {key.ljust(column)}  {_shown(value)}")


@station.command()
@click.argument("name")
@click.option("--off", is_flag=True, help="Run it again.")
def pause(name: str, off: bool) -> None:
    """Stop station NAME, so that the plant rejects all, until it is run again."""
    with App() as app:
        row = app.stations.pause(app.stations.named(name).id, paused=not off)
    say(f"{row.name} {'runs again' if off else 'is paused: the plant rejects all'}.")


@station.command()
@click.argument("name")
def remove(name: str) -> None:
    """Stop station NAME for good. Its passwords are forgotten; its trail stays."""
    with App() as app:
        row = app.stations.remove(app.stations.named(name).id)
        path = app.trail_of(row.id)
    say(f"{row.name} is removed. Its trail stays: {path}")


@station.command()
@click.argument("name")
@click.argument("made", metavar="RECIPE", required=False)
@click.option("--barcode", metavar="CODE", help="Of the recipe, as a scanner reads it.")
def changeover(name: str, made: str | None, barcode: str | None) -> None:
    """Change station NAME over to RECIPE, given by its name, its number for the plant or its barcode.

    Where the plant asks for a recipe, that is made.
    """
    if (made is None) == (barcode is None):
        raise UsageError(
            "The recipe",
            "has to be named once",
            cure="Name it, or its --barcode.",
            reason="recipe-named-once",
        )
    with App() as app:
        found = app.recipes.named(made) if made is not None else app.recipes.of_barcode(str(barcode))
        row = app.stations.change(app.stations.named(name).id, recipe_id=found.id)
    say(f"{row.name} makes {found.name} (recipe {found.number}) as soon as it is approved.")


def _values(app: App, given: dict[str, Any]) -> dict[str, Any]:
    from tenfold.line import plc
    from tenfold.line.plc.wiring import check

    values: dict[str, Any] = wires.file(given["wiring"]) if given["wiring"] else {}
    for name in ("plant", "trigger"):
        if given[name] is not None:
            values[name] = wires.words(given[name], f"The {name}", kind=True)
    if "trigger" in values:
        values["trigger"] = wires.line(values["trigger"])
    plc.require()
    check(values.get("plant", {"kind": "none"}), values.get("outputs", []))
    values |= {
        "snapshot": given["snapshot"],
        "deadline": given["deadline"] / 1000,
        "picture_within": given["deadline"] / 2000,
        "locate": not given["whole"],
        "first_parts": given["first_parts"],
    }
    for name in ("gate", "broker", "challenge"):
        if given[name] is not None:
            values[name] = wires.words(given[name], f"The {name}", kind=False)
    if given["region"] is not None:
        values["region"] = wires.box(given["region"])
    if given["made"] is not None:
        values["recipe_id"] = app.recipes.named(given["made"]).id
    return values


def _facts(row: "StationRow") -> dict[str, Any]:
    from tenfold.line.stations.status import status_of

    now = status_of(row, row.current_status)
    return {
        "id": row.id,
        "name": row.name,
        "state": now.phase,
        "passed": now.figures.get("passed", 0),
        "rejected": now.figures.get("rejected", 0),
        "why": "; ".join(one.rstrip(".") for one in now.words),
    }


def _wiring(row: "StationRow") -> dict[str, Any]:
    """Without passwords."""
    names = ("snapshot", "plant", "trigger", "gate", "broker", "outputs", "region", "deadline", "recipe_id")
    found: dict[str, Any] = wires.hidden(fields(row, *names, "first_parts", "challenge"))
    return found | {"broker": found["broker"] or {}}


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={_shown(one)}" for name, one in value.items())
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


for command in (recipe.recipe, prove, orders.trigger, orders.challenge, orders.approve, orders.override):
    station.add_command(command)
