"""The set-up of a station's process, as JSON types. Knows no tables: that process uses none."""

from dataclasses import dataclass
from typing import Any

from tenfold.line.parts import Verdict
from tenfold.line.recipe import StationRecipe, region_of


@dataclass(frozen=True)
class RecipeSetup:
    """A recipe that may run; values: fields of `StationRecipe`, regions as they are kept."""

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
    """A station, wired. camera: its address. snapshot: the camera is asked for each picture."""

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
