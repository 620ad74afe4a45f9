"""The options of a station, and the recipes and jobs that it works with, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenfold.line.belt import Gate
from tenfold.line.holds import ChallengeRule
from tenfold.line.inspector import Classify
from tenfold.line.recipe import StationRecipe


@dataclass(frozen=True)
class StationOptions:
    """How a station works.

    Attributes:
        gate: where gate and reject sensor stand; None: the plant moves parts itself, by what it is told.
        deadline: seconds from the photo-eye to the release.
        recipe: number of the recipe, for the plant.
        facts: facts for every row of the trail: the model's hash, the recipe's version.
        cycle: seconds between two exchanges with the plant.
        most: parts that may be waited for at the same time.
        inspectors: how many pictures are taken and judged at the same time.
        heartbeat: seconds for which the plant's heartbeat may stand still.
        challenge: the challenge parts that have to be run before any part is released; None: none.
            first_parts: how many parts after a change of recipe wait for approval.
    """

    gate: Gate | None
    deadline: float
    recipe: int
    facts: Mapping[str, Any]
    cycle: float = 0.004
    most: int = 8
    inspectors: int = 2
    heartbeat: float = 0.6
    challenge: ChallengeRule | None = None
    first_parts: int = 0


@dataclass(frozen=True)
class ActiveRecipe:
    """The recipe in use, and what classifies by it.

    Attributes:
        facts: for every row of the trail: `model`, its hash, and `recipe`, its number and version.
    """

    recipe: StationRecipe
    classify: Classify
    facts: Mapping[str, Any]
