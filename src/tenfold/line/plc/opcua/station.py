"""A station as a vision system of OPC 40100-1: state, job, recipe and results. Knows no server.

Used from any thread; what changed is handed on under the lock, so in order.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from tenfold.line.plc.opcua.results import KnownRecipe, Results, VisionJob, internal_id
from tenfold.line.plc.opcua.vision import EXECUTING, Transition, VisionMachine, VisionState
from tenfold.line.plc.signals import OperatingState, Outputs, PartResult


@dataclass(frozen=True)
class StationUpdate:
    """What is to be published.

    Attributes:
        job: id of the job that runs or ended.
        recipe: the recipe in use, a RecipeIdInternalDataType.
        result: a verdict, where one was reached; `made` is its ResultDataType.
    """

    transitions: list[Transition]
    job: str
    recipe: Any
    outputs: Outputs
    result: PartResult | None
    made: Any


class VisionStation:
    """The vision system behind the methods.

    Args:
        recipes: gives those that a plant may ask for; people approve some while the station runs.
        simulated: whether the parts are a simulation's.
        automatic: see `VisionMachine`.
        choose: see `OpcUaServer`.
        publish: is told what changed; must not wait.
    """

    def __init__(
        self,
        recipes: Callable[[], Sequence[KnownRecipe]],
        *,
        simulated: bool,
        automatic: bool,
        choose: Callable[[int], bool],
        publish: Callable[[StationUpdate], None],
    ) -> None:
        self._recipes, self.simulated = recipes, simulated
        self.results = Results(recipes, simulated=simulated)
        self._choose, self._publish = choose, publish
        self._lock = threading.Lock()
        self._machine, self._job, self._outputs = VisionMachine(automatic=automatic), VisionJob(), Outputs()

    @property
    def recipes(self) -> Sequence[KnownRecipe]:
        """The recipes that a plant may ask for now."""
        return self._recipes()

    @property
    def halts(self) -> bool:
        """Whether the plant keeps the station from judging."""
        with self._lock:
            return self._machine.halts

    def run(self, outputs: Outputs) -> None:
        """The station's state in a cycle."""
        with self._lock:
            changed = self._machine.run(failing=outputs.state is OperatingState.FAULT)
            if VisionState.CONTINUOUS_EXECUTION in [one.after for one in changed]:
                self._job = VisionJob(uuid4().hex)
            if changed or outputs != self._outputs:
                self._outputs = outputs
                self._tell(changed)

    def judged(self, result: PartResult) -> None:
        """A part has its verdict."""
        with self._lock:
            # A part that was rejected because the plant halted belongs to no job, even if one has just begun.
            in_job = self._machine.state in EXECUTING and result.reason != "halted"
            job = self._job if in_job else VisionJob()
            if self._machine.state is not VisionState.SINGLE_EXECUTION:
                job = replace(job, part="")  # of many parts each has its own number
            made = self.results.add(result, job)
            self._tell(self._machine.judged() if in_job else [], result, made)

    def call(self, method: str) -> None:
        """Carry out a method without arguments. Raises IllegalCall."""
        with self._lock:
            self._tell(self._machine.call(method))

    def start(self, method: str, job: VisionJob) -> str:
        """Begin a job with the plant's names; its id. Raises IllegalCall."""
        with self._lock:
            self._machine.check(method)
            self._job = replace(job, id=uuid4().hex)
            self._tell(self._machine.call(method))
            return self._job.id

    def prepared(self) -> int | None:
        """Number of the recipe that is prepared."""
        with self._lock:
            return self._outputs.recipe if self._machine.prepared else None

    def prepare(self, recipe: KnownRecipe) -> bool:
        """Take a recipe; whether the station does. May wait. Raises IllegalCall."""
        with self._lock:
            self._machine.check("PrepareRecipe")
            in_use = self._outputs.recipe
        # Changing the recipe may wait: never under the lock, which the station's cycle takes.
        if recipe.number != in_use and not self._choose(recipe.number):
            return False
        self.call("PrepareRecipe")
        return True

    def _tell(
        self, transitions: list[Transition], result: PartResult | None = None, made: Any = None
    ) -> None:
        number = self._outputs.recipe
        recipe = next((one for one in self.recipes if one.number == number), KnownRecipe(number, ""))
        self._publish(
            StationUpdate(transitions, self._job.id, internal_id(recipe), self._outputs, result, made)
        )
