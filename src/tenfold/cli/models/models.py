"""tenfold models: the registered models, and which of them is live."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.server.notices import warn
from tenfold.cli.terminal.text import fields, say, table
from tenfold.modelfile import BUNDLED_NAMES
from tenfold.runs.run import Run
from tenfold.runtime import App

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenfold.models.tables import LiveChange, RegisteredModel

_MODEL_HELP = f"MODEL is a name from the list, the start of a hash, or a bundled model: {BUNDLED_NAMES}."
_HASH = 12


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """List models, add them, and choose which one answers.

    Without a command it lists them, the newest first; the live one is marked. A server that runs follows
    within two seconds. `tenfold model show` tells what a model file says of itself.
    """
    if context.invoked_subcommand is None:
        print_list(as_json=as_json)


def print_list(*, as_json: bool) -> None:
    """Print the models that can answer, the newest first; the live one is marked."""
    with App() as app:
        warn(app)
        found, live = app.registry.list(), app.registry.live()
        if as_json:
            click.echo(json.dumps([_facts(one, live) for one in found], indent=2))
        else:
            click.echo(_listed(found, live))


@models.command()
@click.argument("source", metavar="FILE|RUN")
@click.option("--live", is_flag=True, help="Make it live, too.")
def add(source: str, live: bool) -> None:
    """Add a model file, or the model of a training run, to the list.

    A run is named as `tenfold runs` lists it.
    """
    from tenfold.models.registry import FILE, RUN

    with App() as app:
        warn(app)
        path = Path(source)
        run = None
        if not path.exists() and path.name == source and (app.train.runs / source).is_dir():
            run, path = source, app.train.model(source)
        elif path.is_dir():
            run, path = Run(path).name, Run(path).model_file
        origin = FILE if run is None else RUN
        model = app.model_switch.add(path, name=str(path), origin=origin, run=run, by=0)
        app.audit.note(0, "model.add", model.name, {"hash": model.hash})
        say(f"Added {model.name}, {model.hash[:_HASH]}")
        if live:
            _go_live(app, model)


@models.command(help=f"Make a model live: it answers from now on.\n\n{_MODEL_HELP}")
@click.argument("model")
def live(model: str) -> None:
    with App() as app:
        warn(app)
        _go_live(app, app.registry.find(model))


@models.command()
def rollback() -> None:
    """Make the model live that was live before; repeat it to go further back."""
    with App() as app:
        warn(app)
        change = app.model_switch.rollback(by=0)
        model = app.registry.get(change.model_hash)
        app.audit.note(0, "model.rollback", model.name, {"hash": model.hash})
        say(f"{model.name}, {model.hash[:_HASH]}, is live again")


@models.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many at most.")
def history(limit: int) -> None:
    """List which model went live when and why, newest first."""
    with App() as app:
        warn(app)
        changes = app.registry.history(limit)
        names = app.registry.names(one.model_hash for one in changes)
        rows = [_row(one, names.get(one.model_hash, "")) for one in changes]
        click.echo(table([("when", "model", "hash", "why"), *rows]))


@models.command(help=f"Remove a model from the list. What it classified keeps its class.\n\n{_MODEL_HELP}")
@click.argument("model")
def remove(model: str) -> None:
    with App() as app:
        warn(app)
        found = app.remove_model(app.registry.find(model).hash)
        app.audit.note(0, "model.remove", found.name, {"hash": found.hash})
        say(f"Removed {found.name}, {found.hash[:_HASH]}")


def _go_live(app: App, model: "RegisteredModel") -> None:
    app.model_switch.go_live(model.hash, by=0)
    app.audit.note(0, "model.live", model.name, {"hash": model.hash})
    say(f"{model.name}, {model.hash[:_HASH]}, is live")


def _facts(model: "RegisteredModel", live: str) -> dict[str, object]:
    names = ("hash", "name", "origin", "run", "bytes", "classes", "input_size")
    figures = ("accuracy", "accuracy_low", "accuracy_high")
    return fields(model, *names, *figures, "added_at") | {"live": model.hash == live}


def _listed(models: "Sequence[RegisteredModel]", live: str) -> str:
    head = ("", "name", "hash", "classes", "accuracy", "size", "from", "added")
    return table(
        [
            head,
            *(
                (
                    "live" if one.hash == live else "",
                    one.name,
                    one.hash[:_HASH],
                    str(len(one.classes)),
                    "-" if one.accuracy is None else f"{one.accuracy:.2%}",
                    f"{one.bytes / 1e6:.1f} MB",
                    f"run {one.run}" if one.run else one.origin,
                    f"{one.added_at.astimezone():%Y-%m-%d %H:%M}",
                )
                for one in models
            ),
        ]
    )


def _row(change: "LiveChange", name: str) -> tuple[str, ...]:
    when = f"{change.at.astimezone():%Y-%m-%d %H:%M:%S}"
    return (when, name, change.model_hash[:_HASH], change.reason)
