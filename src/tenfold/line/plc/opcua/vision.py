"""The state machine of OPC 40100-1 (Machine Vision) for a station. Knows no server, no clock and no thread.

Numbers of states and transitions are those of the specification (OPC 40100-1, 8.2 and 8.3): a transition is
from * 100 + to * 10 + k, k = 0 where it comes by itself.

Unless set otherwise a station runs by itself: after its start and after an error it goes to
ContinuousExecution. A call of Halt, Reset, Stop, Abort or UnprepareRecipe ends that until StartContinuous.
Outside of SingleExecution and ContinuousExecution all parts are rejected.
"""

from dataclasses import dataclass
from enum import IntEnum


class VisionState(IntEnum):
    """States; those from `INITIALIZED` on are inside of Operational, 4."""

    PREOPERATIONAL = 1
    HALTED = 2
    ERROR = 3
    INITIALIZED = 5
    READY = 6
    SINGLE_EXECUTION = 7
    CONTINUOUS_EXECUTION = 8


_PRE, _HALTED, _ERROR = VisionState.PREOPERATIONAL, VisionState.HALTED, VisionState.ERROR
_INITIALIZED, _READY = VisionState.INITIALIZED, VisionState.READY
_SINGLE, _CONTINUOUS = VisionState.SINGLE_EXECUTION, VisionState.CONTINUOUS_EXECUTION
OPERATIONAL = (_INITIALIZED, _READY, _SINGLE, _CONTINUOUS)
EXECUTING = (_SINGLE, _CONTINUOUS)

# By method: from which state to which, and the number of the transition; 0: the state stays.
METHODS: dict[str, dict[VisionState, tuple[VisionState, int]]] = {
    "Halt": {_PRE: (_HALTED, 121), _ERROR: (_HALTED, 321)} | dict.fromkeys(OPERATIONAL, (_HALTED, 421)),
    "Reset": {_HALTED: (_PRE, 211), _ERROR: (_PRE, 311)} | dict.fromkeys(OPERATIONAL, (_PRE, 411)),
    "SelectModeAutomatic": {_PRE: (_INITIALIZED, 141)},
    "PrepareRecipe": {_INITIALIZED: (_READY, 561), _READY: (_READY, 0)},
    "UnprepareRecipe": {_READY: (_INITIALIZED, 651)},
    "StartSingleJob": {_READY: (_SINGLE, 671)},
    "StartContinuous": {_READY: (_CONTINUOUS, 681)},
    "Stop": {_SINGLE: (_READY, 761), _CONTINUOUS: (_READY, 861)},
    "Abort": {_SINGLE: (_READY, 762), _CONTINUOUS: (_READY, 862)},
}
_BY_HAND = frozenset({"Halt", "Reset", "Stop", "Abort", "UnprepareRecipe", "StartSingleJob"})


class IllegalCall(Exception):
    """A method that the state does not allow."""


@dataclass(frozen=True)
class Transition:
    """The state changed; `number` as in the specification."""

    before: VisionState
    after: VisionState
    number: int


class VisionMachine:
    """The state of a station as a vision system.

    Args:
        automatic: whether it runs by itself after its start; else a plant has to start it.

    Attributes:
        prepared: whether a recipe is prepared.
    """

    def __init__(self, *, automatic: bool = True) -> None:
        self.state = _PRE
        self.prepared = True
        self._runs_by_itself = automatic

    @property
    def halts(self) -> bool:
        """Whether all parts are rejected because of this machine; an error rejects them anyway."""
        return self.state not in EXECUTING and not (self.state is _ERROR and self._runs_by_itself)

    def check(self, method: str) -> None:
        """Raise IllegalCall where `call` would."""
        if self.state not in METHODS[method]:
            raise IllegalCall(method)

    def call(self, method: str) -> list[Transition]:
        """A plant calls a method.

        Raises:
            IllegalCall: the state does not allow it.
        """
        self.check(method)
        if method in _BY_HAND:
            self._runs_by_itself = False
        if method == "StartContinuous":
            self._runs_by_itself = True
        if method in ("PrepareRecipe", "UnprepareRecipe"):
            self.prepared = method == "PrepareRecipe"
        found = [self._go(*METHODS[method][self.state])]
        if method == "SelectModeAutomatic":
            found += self._onwards()
        return [one for one in found if one.number]

    def judged(self) -> list[Transition]:
        """A part has its verdict: with it a single job is done."""
        return [self._go(_READY, 760)] if self.state is _SINGLE else []

    def run(self, *, failing: bool) -> list[Transition]:
        """The station works, or fails."""
        if failing:
            if self.state in (_PRE, *OPERATIONAL):
                return [self._go(_ERROR, 130 if self.state is _PRE else 430)]
            return []
        if self.state is _ERROR:
            return [self._go(_INITIALIZED, 340), *self._onwards()]
        if self.state is _PRE and self._runs_by_itself:
            return [self._go(_INITIALIZED, 140), *self._onwards()]
        return []

    def _onwards(self) -> list[Transition]:
        found = []
        if self.prepared:
            found.append(self._go(_READY, 560))
            if self._runs_by_itself:
                found.append(self._go(_CONTINUOUS, 680))
        return found

    def _go(self, after: VisionState, number: int) -> Transition:
        before, self.state = self.state, after
        return Transition(before, after, number)
