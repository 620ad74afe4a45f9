"""The set-up of a station's process, made from its row and the recipes."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from tenfold.cameras.address import Address
from tenfold.errors import UnknownRecipe
from tenfold.line.belt import Gate
from tenfold.line.stations.recipes import Approved, Recipes, recipe_of
from tenfold.line.stations.tables import StationRow
from tenfold.workflows.line.setup import LineSetup, RecipeBook, RecipeSetup


def setup_of(row: StationRow, trail: Path, camera: Address) -> LineSetup:
    """The setup of a row that looks through `camera`."""
    return LineSetup(
        name=row.name,
        camera=asdict(camera),
        snapshot=row.snapshot,
        plant=row.plant,
        trigger=row.trigger,
        gate=asdict(Gate(**row.gate)),
        broker=row.broker,
        outputs=row.outputs,
        region=row.region,
        locate=row.locate,
        deadline=row.deadline,
        within=row.picture_within,
        first_parts=row.first_parts,
        challenge=row.challenge,
        trail=str(trail),
    )


def book_of(row: StationRow, approved: Sequence[Approved], file: Callable[[str], Path]) -> RecipeBook:
    """The recipes of a station. file: where the model file of a hash is."""
    found = []
    for one in approved:
        recipe = recipe_of(one.recipe, one.version, deadline=row.deadline)
        values = {
            name: getattr(recipe, name)
            for name in ("name", "number", "version", "least", "none_of_these", "unsure", "deadline")
        }
        values["regions"] = one.version.regions
        found.append(RecipeSetup(str(file(one.version.model_hash)), one.version.model_hash, values))
    current = next((one.recipe.number for one in approved if one.recipe.id == row.recipe_id), 0)
    return RecipeBook(found, current)


def latest_version(recipes: Recipes, row: StationRow, name: str | None) -> Approved:
    """The recipe of that name, else the station's own, with its newest version, approved or not.

    Raises:
        UnknownRecipe: there is none, or it has no version.
    """
    if name is None and row.recipe_id is None:
        raise UnknownRecipe(f"The station {row.name}", "has no recipe", cure="Name one with --recipe.")
    found = recipes.named(name) if name is not None else recipes.get(row.recipe_id or 0)
    versions = recipes.versions(found.id)
    if not versions:
        raise UnknownRecipe(f"The recipe {found.name}", "has no version yet")
    return Approved(found, versions[0])
