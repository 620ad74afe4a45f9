"""tenfold station recipe: what passes at stations, in versions, of which only approved ones run."""

import json
from typing import Any

import click

from tenfold.cli.line import wires
from tenfold.cli.terminal.text import print_list, say
from tenfold.runtime import App


@click.group()
def recipe() -> None:
    """Recipes: what passes at stations, in versions, of which only approved ones run."""


@recipe.command()
@click.argument("name")
@click.option("--number", type=click.IntRange(1, 65535), metavar="N", help="As the plant knows it.")
@click.option("--barcode", default="", metavar="CODE", help="As a scanner reads it.")
def add(name: str, number: int | None, barcode: str) -> None:
    """Add a recipe NAME, which has no version yet."""
    with App() as app:
        row = app.recipes.add(name, by=0, number=number, barcode=barcode)
    say(f"Recipe {row.number}, {row.name}. tenfold station recipe version says what passes.")


@recipe.command()
@click.argument("name")
@click.option("--model", required=True, metavar="MODEL", help="What answers: a registered model.")
@click.option(
    "--accept", "accepts", multiple=True, metavar="CLASS", help="A class that passes; for the whole part."
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="WORDS",
    help="A part of the picture that has to be right: 'name=cap box=0,0,1,0.3 accepts=cap'; with"
    " 'grid=3,2 count=6' how many cells have to hold it.",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.6,
    show_default=True,
    help="Confidence below which an answer is unsure.",
)
@click.option("--divert-none-of-these", is_flag=True, help='Divert "none of these" instead of rejecting it.')
@click.option("--divert-unsure", is_flag=True, help="Divert what the model is unsure of.")
@click.option("--deadline", type=click.FloatRange(10, 60_000), metavar="MS", help="Else the station's.")
@click.option("--note", default="", help="What changed, for the person who approves it.")
def version(
    name: str,
    model: str,
    accepts: tuple[str, ...],
    regions: tuple[str, ...],
    least: float,
    divert_none_of_these: bool,
    divert_unsure: bool,
    deadline: float | None,
    note: str,
) -> None:
    """Add a version of recipe NAME. It runs once it is approved."""
    looked_at = [_region(text) for text in regions]
    if accepts:
        looked_at.append({"name": "part", "box": [0, 0, 1, 1], "accepts": list(accepts)})
    with App() as app:
        row = app.recipes.named(name)
        app.registry.register_bundled()
        found = app.registry.find(model)
        made = app.recipes.add_version(
            row.id,
            by=0,
            model_hash=found.hash,
            classes=app.registry.info(found.hash).labels,
            regions=looked_at,
            least=least,
            none_of_these="divert" if divert_none_of_these else "reject",
            unsure="divert" if divert_unsure else "reject",
            deadline=None if deadline is None else deadline / 1000,
            note=note,
        )
    say(
        f"Version {made.version} of {row.name}. It runs after: tenfold station recipe approve"
        f" {row.number} {made.version}"
    )


@recipe.command()
@click.argument("name")
@click.argument("number", metavar="VERSION", type=click.IntRange(1, 2**31 - 1))
def approve(name: str, number: int) -> None:
    """Let VERSION of recipe NAME run, where no higher one is approved. A running server follows at once.

    Says whether it was proven on recorded parts.
    """
    from tenfold.workflows.line.prove import said_of

    with App() as app:
        row = app.recipes.named(name)
        made = app.recipes.approve(row.id, number, by=0)
    say(f"Version {number} of {row.name} is approved. {said_of(made.proof)}")


@recipe.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def show(name: str, as_json: bool) -> None:
    """List the versions of recipe NAME, newest first: what each passes, whether it is approved and proven."""
    from tenfold.workflows.line.prove import said_of

    with App() as app:
        found = app.recipes.versions(app.recipes.named(name).id)
    for one in found:
        approved = "approved" if one.approved_at is not None else "not approved"
        if as_json:
            facts = {"version": one.version, "model": one.model_hash, "regions": one.regions}
            told = {"approved": one.approved_at is not None, "note": one.note, "proof": one.proof}
            click.echo(json.dumps(facts | told))
            continue
        regions = "; ".join(f"{each['name']}: {', '.join(each['accepts'])}" for each in one.regions)
        say(f"Version {one.version}, {approved}, model {one.model_hash[:12]}. {regions}")
        say(f"  {said_of(one.proof)}")
    if not found and not as_json:
        click.echo("It has no version yet.")


@recipe.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_recipes(as_json: bool) -> None:
    """List the recipes by their number for the plant, and which version of each runs."""
    with App() as app:
        found = [_facts(app.recipes.versions(row.id), row) for row in app.recipes.all()]
    print_list(
        found,
        ("number", "name", "barcode", "runs", "versions"),
        lambda one: (
            str(one["number"]), one["name"], one["barcode"],
            str(one["runs"] or "none"), str(one["versions"]),
        ),
        as_json=as_json,
        nothing="There is no recipe. tenfold station recipe add NAME adds one.",
    )  # fmt: skip


@recipe.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove recipe NAME; stations that make it reject all."""
    with App() as app:
        row = app.recipes.remove(app.recipes.named(name).id)
    say(f"{row.name} is removed.")


def _facts(versions: Any, row: Any) -> dict[str, Any]:
    approved = [one.version for one in versions if one.approved_at is not None]
    return {
        "number": row.number,
        "name": row.name,
        "barcode": row.barcode,
        "runs": max(approved, default=None),
        "versions": len(versions),
    }


def _region(text: str) -> dict[str, Any]:
    values = wires.words(text, "A region", kind=False)
    unknown = values.keys() - {"name", "box", "accepts", "grid", "count"}
    if unknown or not {"name", "box", "accepts"} <= values.keys():
        cure = "grid and count may be given too."
        raise wires.cannot_be_used("A region", "needs name, box and accepts", text, cure)
    accepts = values["accepts"]
    found = accepts if isinstance(accepts, list) else [accepts]
    return values | {"accepts": [str(one) for one in found]}
