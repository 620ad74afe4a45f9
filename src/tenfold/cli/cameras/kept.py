"""tenfold camera add, change, list, pause, remove: the cameras that a server watches."""

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.cameras import keeping, seeing
from tenfold.cli.terminal.password import ask_password, from_stdin
from tenfold.cli.terminal.text import fields, say
from tenfold.errors import UsageError
from tenfold.modelfile import CAMERAS
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.cameras.tables import CameraRow

_MODEL_HELP = "a model of `tenfold models`, by its name or the start of its hash."
_DEFAULT = f"{CAMERAS} while a bundled model is live, else the live one"


@click.command()
@click.argument("name")
@click.argument("source")
@click.option("--user", default="", help="The camera's user; its password is asked for.")
@from_stdin
@click.option(
    "--record",
    "recording",
    type=click.Choice(["events", "continuous", "nothing"]),
    default="events",
    show_default=True,
    help="Clips around events, all that the camera sends, or nothing but what a rule asks for.",
)
@keeping.options
@seeing.options
@click.option("--untested", is_flag=True, help="Add it although it cannot be reached now.")
@click.option(
    "--model", metavar="MODEL", help=f"What says what is seen: {_MODEL_HELP} By default {_DEFAULT}."
)
def add(
    name: str,
    source: str,
    user: str,
    password_stdin: bool,
    untested: bool,
    model: str | None,
    recording: str,
    keep_days: tuple[keeping.Limit, ...],
    keep_size: tuple[keeping.Limit, ...],
    min_size: float | None,
    fixed: bool | None,
) -> None:
    """Have a server watch the camera SOURCE under a NAME of your choice.

    It is tried first. A running server watches it within seconds. Events and clips are kept for 3 days, where
    --keep-days says nothing else, and clips as long as there is room.
    """
    from tenfold.cameras import sources
    from tenfold.cameras.cameras import check_watchable
    from tenfold.cameras.decoder.pictures import HOW_TO_SEND

    password = ask_password(stdin=password_stdin, new=False) if user or password_stdin else ""
    address = sources.parse(source, user=user, password=password)
    check_watchable(address)
    sources.require()
    if not untested and address.kind != "browser":
        sources.probe(address)
    values = {
        "recording": recording,
        **keeping.columns(keep_days, keep_size),
        **seeing.columns(min_size, fixed),
    }
    with App() as app:
        if model:
            values["model_hash"] = _model_hash(app, model)
        row = app.cameras.add(name, address, by=0, **values)
    said = f"Camera {row.id}, {row.name}: {address.description}. A server watches it."
    if address.kind == "browser":
        said += f" A page sends its pictures. {HOW_TO_SEND}"
    say(said)


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_cameras(as_json: bool) -> None:
    """List the cameras, their state, and how long clips are kept."""
    from tenfold.cameras.conditions import WORDS

    with App() as app:
        rows = app.cameras.all()
        models = app.registry.names({row.model_hash for row in rows})
    for row in rows:
        facts = _facts(row, models)
        if as_json:
            click.echo(json.dumps(facts))
            continue
        age = facts["last_frame_age"]
        last = "no frame yet" if age is None else f"last frame {age:.0f} s ago"
        runs = facts["phase"] == "running"
        disturbed = [WORDS[one] for one in facts["conditions"] if runs and one in WORDS]
        if runs and facts["mode"] not in ("", "every frame"):
            disturbed.append(f"The machine is busy: {facts['mode']}.")
        words = " ".join([*facts["faults"], *disturbed, facts["model_problem"], facts["recording_problem"]])
        say(
            f"{row.id:>4}  {row.name}  {facts['source']}  {facts['phase']}, {last}"
            f"  {keeping.words(row)}  {words}".rstrip()
        )
    if not rows and not as_json:
        click.echo("No camera is watched. tenfold camera add NAME SOURCE adds one.")


@click.command()
@click.argument("camera")
@click.option("--model", metavar="MODEL", help=f"Have another model say what is seen: {_MODEL_HELP}")
@click.option("--default-model", is_flag=True, help=f"Have the default say it: {_DEFAULT}.")
@keeping.options
@seeing.options
def change(
    camera: str,
    model: str | None,
    default_model: bool,
    keep_days: tuple[keeping.Limit, ...],
    keep_size: tuple[keeping.Limit, ...],
    min_size: float | None,
    fixed: bool | None,
) -> None:
    """Change CAMERA's model, what counts in its picture, and how long its clips are kept.

    CAMERA is a name or a number. --keep-days person= removes the limit of a class, --keep-size 0 the
    limit of the camera. For another model and for what counts a running server opens the camera again.
    """
    if default_model and model:
        raise UsageError(
            "tenfold camera change", "takes --model or --default-model, not both", cure="Give one of them."
        )
    sees = seeing.columns(min_size, fixed)
    if not (default_model or model or keep_days or keep_size or sees):
        raise UsageError(
            "tenfold camera change", "has nothing to change",
            cure="Give --model, --default-model, --keep-days, --keep-size, --min-size or --fixed.",
        )  # fmt: skip
    with App() as app:
        before = app.cameras.named(camera)
        values = keeping.columns(keep_days, keep_size, before) | sees
        if default_model or model:
            values["model_hash"] = _model_hash(app, model) if model else ""
        row = app.cameras.change(before.id, **values)
        said = app.registry.name(row.model_hash) or "the default model"
    if default_model or model:
        say(f"What {row.name} sees is said by {said}.")
    if keep_days or keep_size:
        say(f"{row.name}: {keeping.words(row)}.")
    if sees:
        say(f"{row.name} {seeing.words(row)}.")


@click.command()
@click.argument("camera")
@click.option("--off", is_flag=True, help="Watch it again.")
def pause(camera: str, off: bool) -> None:
    """Stop watching CAMERA, a name or a number, until it is watched again."""
    with App() as app:
        row = app.cameras.pause(app.cameras.named(camera).id, paused=not off)
    say(f"{row.name} is {'watched again' if off else 'paused'}.")


@click.command()
@click.argument("camera")
def remove(camera: str) -> None:
    """Stop watching CAMERA, a name or a number, for good.

    Its password is forgotten. Its events and clips are deleted when their time comes.
    """
    with App() as app:
        row = app.cameras.remove(app.cameras.named(camera).id)
    say(f"{row.name} is removed.")


def _model_hash(app: App, name: str) -> str:
    app.registry.register_bundled()
    return app.registry.find(name).hash


def _facts(row: "CameraRow", models: Mapping[str, str]) -> dict[str, Any]:
    from tenfold.cameras.cameras import address_of

    status = row.current_status or {}
    last = status.get("last_frame")
    return {
        "id": row.id,
        "name": row.name,
        "source": address_of(row).description,
        "phase": "paused" if row.paused_at else status.get("phase", "off"),
        "last_frame_age": None if last is None else max(0.0, time.time() - last),
        "faults": [fault["words"] for fault in status.get("faults", [])],
        "conditions": status.get("conditions", []),
        "mode": status.get("mode", ""),
        "recording": row.recording,
        "min_size": round(100 * row.smallest, 6),
        **fields(row, "fixed", "keep_days", "keep_days_of", "keep_bytes", "keep_bytes_of"),
        "model": models.get(row.model_hash),
        "model_problem": (status.get("model_problem") or {}).get("detail", ""),
        "recording_problem": (status.get("recording_problem") or {}).get("detail", ""),
    }
