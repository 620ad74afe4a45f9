"""The job "prove": a version of a recipe on the recorded parts of a station, before it goes live."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from tenfold.inference import Classifier
from tenfold.jobs import WORK, JobType, Shape, Stopped, Work
from tenfold.line.stations.recipes import Recipes
from tenfold.line.stations.stations import Stations
from tenfold.line.stations.tables import RecipeRow
from tenfold.line.trail.trail import time_of
from tenfold.models.registry import Registry
from tenfold.workflows.line.overrule import opened
from tenfold.workflows.line.prove import prove_version, to_keep
from tenfold.workflows.steps import report_step


class ProveParams(Shape):
    """What is proven, and on which parts."""

    station: int = Field(description="The station whose recorded parts they are.")
    recipe: int = Field(description="The recipe's id.")
    version: int
    last: int = Field(description="So many parts at most, the newest first.")


class ProveResult(Shape):
    """What a proof found; the whole of it is kept with the recipe's version."""

    parts: int
    now_rejected: int = Field(description="Parts that passed, and would be rejected or diverted.")
    now_passed: int = Field(description="Parts that were rejected for the model's answer, and would pass.")
    worse: bool = Field(description="More bad parts pass, or more good ones are rejected, than before.")


PROVE = JobType("prove", WORK, ProveParams, ProveResult)


class Prove:
    """Does the job "prove".

    Args:
        load: makes a classifier of a model file.
        trail_of: where a station's trail is.
    """

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
        """
        chosen = self._recipes.with_version(params.recipe, params.version)
        self._stations.get(params.station)
        opened(self._trail_of(params.station)).close()
        return chosen.recipe

    def __call__(self, work: Work[ProveParams]) -> ProveResult:
        asked = work.params
        chosen = self._recipes.with_version(asked.recipe, asked.version)
        station = self._stations.get(asked.station)
        with self._registry.local_copy(chosen.version.model_hash) as path:
            classifier = self._load(path)
        with opened(self._trail_of(station.id)) as trail:
            most = min(asked.last, trail.last_part() or 0)

            def tell(done: int) -> None:
                if work.stopping:
                    raise Stopped
                report_step(work, done, most, "judging-parts")

            found = prove_version(trail, station, chosen, classifier, last=asked.last, tell=tell)
        self._recipes.keep_proof(
            asked.recipe, asked.version, to_keep(found, station.name, time_of(datetime.now(UTC)))
        )
        return ProveResult(
            parts=found.parts,
            now_rejected=found.now_rejected,
            now_passed=found.now_passed,
            worse=found.worse,
        )
