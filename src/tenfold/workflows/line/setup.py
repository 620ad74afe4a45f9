"""The set-up of a station's process, made from its row and the recipes, as JSON types."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tenfold.cameras.address import Address
from tenfold.errors import UnknownRecipe
from tenfold.line.belt import Gate
from tenfold.line.parts import Verdict
from tenfold.line.recipe import StationRecipe
from tenfold.line.stations.recipes import Approved, Recipes, recipe_of, region_of
from tenfold.line.stations.tables import StationRow


@dataclass(frozen=True)
class RecipeSetup:
    """A recipe that may run.

    Attributes:
        model: where its model file is.
        sha256: of that file.
        values: fields of `StationRecipe`, regions as they are kept.
    """

    model: str
    sha256: str
    values: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """The facts for every row of the trail."""
        return {"model": self.sha256, "recipe": [self.values["number"], self.values["version"]]}

    def recipe(self) -> StationRecipe:
        """The recipe itself."""
        values = dict(self.values)
        regions = tuple(region_of(one) for one in values.pop("regions"))
        # In JSON a verdict is a string.
        none_of_these, unsure = Verdict(values.pop("none_of_these")), Verdict(values.pop("unsure"))
        return StationRecipe(regions=regions, none_of_these=none_of_these, unsure=unsure, **values)


@dataclass(frozen=True)
class RecipeBook:
    """The recipes that may run; `current`: the number of that which is made where the plant does not say."""

    recipes: list[RecipeSetup]
    current: int

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "RecipeBook":
        """As it was sent."""
        return cls([RecipeSetup(**one) for one in told["recipes"]], told["current"])


@dataclass(frozen=True)
class LineSetup:
    """A station, wired.

    Attributes:
        camera: kind, target, user and password of its address.
        snapshot: the camera is asked for each picture.
        trail: where the trail is.
    """

    name: str
    camera: dict[str, str]
    snapshot: bool
    plant: dict[str, Any]
    trigger: dict[str, Any]
    gate: dict[str, Any]
    broker: dict[str, Any] | None
    outputs: list[dict[str, Any]]
    region: list[float]
    locate: bool
    deadline: float
    within: float
    first_parts: int
    challenge: dict[str, Any] | None
    trail: str


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
    """The recipes of a station.

    Args:
        file: where the model file of a hash is.
    """
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
