"""The job "prove": a version of a recipe on the recorded parts of a station, before it goes live."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import Field

from tenfold.inference import Classifier
from tenfold.jobs import WORK, JobType, Shape, Work
from tenfold.line.stations.recipes import Recipes, recipe_of
from tenfold.line.stations.stations import Stations
from tenfold.line.stations.tables import RecipeRow
from tenfold.line.trail.trail import time_of
from tenfold.models.registry import Registry
from tenfold.workflows.line.overrule import opened
from tenfold.workflows.line.prove import prove_version, to_keep
from tenfold.workflows.steps import go_on


class ProveParams(Shape):
    """What is proven, and on which parts."""

    station: int = Field(description="The station whose recorded parts they are.")
    recipe: int = Field(description="The recipe's id.")
    version: int
    last: int = Field(description="At most this many parts, the newest first.")
    model: str | None = Field(None, description="Hash of a model in place of the version's. Null: its own.")


class ProofShare(Shape):
    """A share with its 95 % interval, 0 to 1."""

    value: float
    low: float
    high: float
    n: int = Field(description="The number of cases.")


class KnownParts(Shape):
    """The share of parts with a wrong verdict, of those whose truth is known."""

    before: ProofShare
    now: ProofShare


class ProofFacts(Shape):
    """The results of a version on recorded parts."""

    station: str = Field(description="Whose parts they were.")
    at: datetime
    parts: int
    now_rejected: int = Field(description="Parts that passed, and would be rejected or diverted.")
    now_passed: int = Field(description="Parts that were rejected for the model's answer, and would pass.")
    good: KnownParts | None = Field(description="Good parts that are rejected. Null: none is known.")
    bad: KnownParts | None = Field(description="Bad parts that pass. Null: none is known.")
    milliseconds: list[float] = Field(description="For a part: median, 99 %, largest.")
    changed: list[int] = Field(description="Some parts whose verdict changes, the newest first.")
    worse: bool = Field(description="More bad parts pass, or more good ones are rejected, than before.")


class ProveResult(Shape):
    """What a proof found."""

    model: str = Field(description="Hash of the model that judged the parts.")
    kept: bool = Field(description="It is kept with the version: the model is the version's.")
    proof: ProofFacts


PROVE = JobType(
    "prove",
    WORK,
    ProveParams,
    ProveResult,
    lambda app: app.prove,
    steps={"judging-parts": "judging recorded parts again"},
)


class Prove:
    """Does the job "prove"."""

    def __init__(
        self,
        stations: Stations,
        recipes: Recipes,
        registry: Registry,
        load: Callable[[Path], Classifier],
        trail_of: Callable[[int], Path],
    ) -> None:
        self._stations, self._recipes, self._registry = stations, recipes, registry
        self._load, self._trail_of = load, trail_of

    def check(self, params: ProveParams) -> RecipeRow:
        """The recipe of what is to be proven.

        Raises:
            UnknownRecipe, UnknownStation: there is no such version, no such station, or it has not run yet.
            UnknownModel, UsageError: there is no such model, or it does not know a class that passes.
        """
        chosen = self._recipes.with_version(params.recipe, params.version)
        if params.model is not None:
            recipe = recipe_of(chosen.recipe, chosen.version, deadline=1.0)
            recipe.check(self._registry.info(params.model).labels)
        self._stations.get(params.station)
        opened(self._trail_of(params.station)).close()
        return chosen.recipe

    def __call__(self, work: Work[ProveParams]) -> ProveResult:
        asked = work.params
        chosen = self._recipes.with_version(asked.recipe, asked.version)
        station = self._stations.get(asked.station)
        model = asked.model or chosen.version.model_hash
        with self._registry.local_copy(model) as path:
            classifier = self._load(path)
        with opened(self._trail_of(station.id)) as trail:
            most = min(asked.last, trail.last_part() or 0)
            tell = partial(go_on, work, total=most, step="judging-parts")
            found = prove_version(trail, station, chosen, classifier, last=asked.last, tell=tell)
        proof = to_keep(found, station.name, time_of(datetime.now(UTC)))
        kept = model == chosen.version.model_hash
        if kept:
            self._recipes.keep_proof(asked.recipe, asked.version, proof)
        return ProveResult(model=model, kept=kept, proof=ProofFacts.model_validate(proof))
