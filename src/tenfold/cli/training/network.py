"""tenfold network: which networks there are, and what they are made of."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.text import Progress, fields, printable
from tenfold.errors import counted

if TYPE_CHECKING:
    pass

_TOTALS = ("parameters", "keras_parameters", "trainable", "multiply_adds")


@click.group()
def network() -> None:
    """List networks, and show one layer by layer."""


@network.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def list_networks(as_json: bool) -> None:
    """List the networks that `tenfold train --network` knows by name.

    Parameters are counted as Keras does, with the norms' means and variances; multiply-adds are for one
    picture. Both are for ten classes at the side that the network was made for.
    """
    from tenfold.networks.known import NETWORKS
    from tenfold.networks.table import table_of

    shown = [(known, table_of(known.name, 10, known.side)) for known in NETWORKS]
    if as_json:
        facts = [asdict(known) | fields(table, *_TOTALS) for known, table in shown]
        click.echo(json.dumps(facts, indent=2))
        return
    rows = [("name", "side", "parameters", "multiply-adds", "published", "")]
    for known, table in shown:
        counts = f"{table.keras_parameters:,}", f"{table.multiply_adds:,}"
        rows.append((known.name, str(known.side), *counts, known.published or "-", known.summary))
    _print(rows, right={1, 2, 3})
    click.echo("\nAny other: package.module:function, as in `tenfold network show mypackage.nets:build`.")


@network.command()
@click.argument("name")
@click.option("--side", type=click.IntRange(min=1), metavar="N", help="Pixels; otherwise as it was made for.")
@click.option("--classes", type=int, default=10, show_default=True, metavar="N", help="How many classes.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="options.NAME=VALUE",
    help="An option of the network's function, as in `tenfold train`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def show(name: str, side: int | None, classes: int, changes: tuple[str, ...], as_json: bool) -> None:
    """Show a network layer by layer.

    NAME is one of `tenfold network list`, or your own as package.module:function.
    """
    from tenfold.networks.known import NETWORKS
    from tenfold.networks.table import table_of
    from tenfold.recipes import recipe_file
    from tenfold.recipes.recipe import Recipe

    found = [known for known in NETWORKS if known.name == name]
    side = side or (found[0].side if found else 32)
    options = recipe_file.with_changes(Recipe(network=name), list(changes)).options
    table = table_of(name, classes, side, **options)
    if as_json:
        facts = {"name": name, "classes": classes, "side": side, "options": options}
        layers = [asdict(layer) for layer in table.layers]
        click.echo(json.dumps({**facts, "layers": layers, **fields(table, *_TOTALS)}, indent=2))
        return
    if found:
        known = found[0]
        click.echo(f"{name}: {known.summary}\nSource: {known.source}")
        if known.published:
            click.echo(f"Published: {known.published}")
        click.echo()
    rows = [("layer", "type", "output", "parameters", "multiply-adds")]
    for layer in table.layers:
        shape = " x ".join(str(size) for size in layer.output) or "-"
        counts = f"{layer.parameters + layer.statistics:,}", f"{layer.multiply_adds:,}"
        rows.append((printable(layer.name), printable(layer.type), shape, *counts))
    rows.append(("total", "", "", f"{table.keras_parameters:,}", f"{table.multiply_adds:,}"))
    _print(rows, right={3, 4})
    fixed = table.parameters - table.trainable
    statistics = table.keras_parameters - table.parameters
    click.echo(
        f"\nParameters: {table.trainable:,} trainable, {fixed:,} fixed, {statistics:,} norms' statistics\n"
        f"For {counted(classes, 'class', 'classes')} and pictures of {side} x {side}; "
        "output is channels x height x width"
    )


@network.command("time")
@click.argument("name")
@click.option(
    "--side", type=click.IntRange(32, 224), default=32, show_default=True, metavar="N", help="Pixels."
)
@click.option(
    "--batch-size", type=click.IntRange(min=1), default=64, show_default=True, metavar="N",
    help="Pictures per step.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def time_network(name: str, side: int, batch_size: int, as_json: bool) -> None:
    """Time a few steps of training a network on this machine.

    NAME is one of `tenfold network list`. The pictures are made up; reading your own is not timed.
    """
    from tenfold.recipes import recipe_file
    from tenfold.training.speed import measure_speed

    recipe = recipe_file.with_values(recipe_file.shipped(name), {"side": side, "batch_size": batch_size})
    found = measure_speed(recipe)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        click.echo(f"{found.pictures_per_second:,.0f} pictures a second, {found.parameters:,} parameters")


@network.command()
@click.argument("weights", type=click.Choice(["vgg16"]))
def fetch(weights: str) -> None:
    """Fetch ImageNet weights for vgg16-transfer and vgg16-finetuned (528 MB), and verify them.

    Training fetches them too where they are missing; this command shows its progress.
    """
    from tenfold.networks import imagenet

    with Progress(sys.stderr, "MB", scale=1e6) as progress:
        path = imagenet.fetch(progress=progress.show)
    click.echo(str(path))


def _print(rows: Sequence[tuple[str, ...]], right: set[int]) -> None:
    """Rows in columns; those in `right` hold numbers."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
