"""The signals between a station and the plant, the same for every protocol. Knows no protocol."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from tenfold.errors import LineError
from tenfold.line.parts import Reason, Verdict

# How many triggers' encoder counts a plant keeps, so that none is lost between two readings.
REMEMBERED = 8


class OperatingState(IntEnum):
    """What a station tells the plant of itself."""

    STOPPED = 0
    READY = 1
    FAULT = 2
    HALTED = 3  # by the plant


class Light(IntEnum):
    """Which lamp of a stack light is to be lit."""

    NONE = 0
    GREEN = 1  # good parts are released
    AMBER = 2  # parts are judged, and none is released
    RED = 3  # all parts are rejected


def signs_of(faults: Sequence[Reason], holds: Sequence[Reason]) -> tuple[OperatingState, Light]:
    """The state of a station, and its lamp.

    Args:
        faults: those that last.
        holds: why parts are judged and held back.
    """
    if faults:
        return (OperatingState.HALTED if tuple(faults) == ("halted",) else OperatingState.FAULT), Light.RED
    return OperatingState.READY, Light.AMBER if holds else Light.GREEN


LIGHT_SAYS = "of the stack light: 0 none, 1 green, 2 amber (parts are held back), 3 red (all are rejected)"
GATE_PARTS_SAY = "parts that a second photo-eye, before the gate, saw: a counter"


@dataclass(frozen=True)
class Inputs:
    """What the plant says. Counters wrap at 2^32, the heartbeat at 2^16.

    Attributes:
        encoder: the belt's count now.
        triggers: how many parts have passed the photo-eye.
        trigger_counts: the encoder's count when part number n passed, at place n % 8, for the last eight.
        rejects: how many parts the reject sensor has seen.
        reject_counts: the same for these.
        heartbeat: changes at least every 200 ms while the plant's program runs.
        recipe: which recipe the plant asks for; 0: it does not say.
        order: number of the order that is made now; 0: it does not say. So too batch and shift.
        gate_parts: how many parts the second photo-eye, before the gate, has seen.
        gate_counts: the same for these.
    """

    encoder: int
    triggers: int
    trigger_counts: tuple[int, ...]
    rejects: int
    reject_counts: tuple[int, ...]
    heartbeat: int
    recipe: int = 0
    order: int = 0
    batch: int = 0
    shift: int = 0
    gate_parts: int = 0
    gate_counts: tuple[int, ...] = (0,) * REMEMBERED


@dataclass(frozen=True)
class Outputs:
    """What a station says.

    Attributes:
        pass_part: number of the part that may pass the gate now; 0: reject whatever comes.
        state: of the station.
        alarm: a code of the docs' table; 0: none.
        recipe: which recipe is in use.
        passed: how many parts were released since the station started.
        rejected: how many were not.
        pictured: number of the last part whose picture was taken; before it no other may come to the camera.
        model: SHA-256 of the model file in use; "": there is no recipe.
        light: which lamp of a stack light is to be lit.
    """

    pass_part: int = 0
    state: OperatingState = OperatingState.STOPPED
    alarm: int = 0
    recipe: int = 0
    passed: int = 0
    rejected: int = 0
    pictured: int = 0
    model: str = ""
    light: Light = Light.NONE


@dataclass(frozen=True)
class PartResult:
    """The verdict on a part, as it goes out; a later one for the same part replaces it.

    Attributes:
        part: number of the part in the trail.
        number: the plant's number of it.
        verdict: a pass goes out only when its row is on the disk.
        reason: `good` for a pass.
        triggered: when the part came, where that is known; UTC, as `decided`, when the verdict was reached.
        recipe: number of the recipe.
    """

    part: int
    number: int
    verdict: Verdict
    reason: Reason
    triggered: datetime | None
    decided: datetime
    recipe: int


@dataclass(frozen=True)
class OutputHealth:
    """How an output does.

    Attributes:
        problem: what fails; None: what is told arrives.
        halts: whether parts have to be rejected meanwhile.
    """

    problem: LineError | None = None
    halts: bool = False

    @property
    def works(self) -> bool:
        """Whether what is told arrives."""
        return self.problem is None


def distinct(found: Iterable[OutputHealth]) -> list[LineError]:
    """What fails, each problem once: two outputs may have the same broker."""
    problems: dict[object, LineError] = {}
    for health in found:
        if (one := health.problem) is not None:
            key = one.reason, *sorted(one.params.items())
            # One of the two may know why.
            problems[key] = one if one.received else problems.get(key, one)
    return list(problems.values())


class SignalOutput(Protocol):
    """Receives a station's verdicts and state, beside the plant. Its methods neither block nor raise."""

    def fire(self, result: PartResult) -> None:
        """Tell a verdict."""

    def state(self, outputs: Outputs) -> None:
        """Tell the station's state; called in each cycle."""

    def health(self) -> OutputHealth:
        """Whether what was told arrives."""

    def close(self) -> None:
        """Stop. May wait a few seconds."""


class SignalOutputs:
    """Several outputs as one: all are told the same."""

    def __init__(self, outputs: Sequence[SignalOutput]) -> None:
        self._outputs = tuple(outputs)

    def fire(self, result: PartResult) -> None:
        for output in self._outputs:
            output.fire(result)

    def state(self, outputs: Outputs) -> None:
        for output in self._outputs:
            output.state(outputs)

    def health(self) -> list[OutputHealth]:
        return [output.health() for output in self._outputs]

    def close(self) -> None:
        for output in self._outputs:
            output.close()


class Plant(Protocol):
    """A plant, over some protocol."""

    def exchange(self, outputs: Outputs) -> Inputs:
        """Write what the station says and read what the plant says.

        Raises:
            LineError: the plant does not answer, or not what is expected. The next call connects again.
        """

    def close(self) -> None:
        """Close the connection."""


class Heartbeat:
    """Watches the plant's heartbeat; one that has not been seen to change does not count."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.forget()

    def forget(self) -> None:
        """The connection was lost: earlier readings no longer count."""
        self._value: int | None = None
        self._moved_at, self.beats = 0.0, False

    def stopped(self, value: int, now: float) -> bool:
        """Take in a reading: whether it stands still for more than `seconds`."""
        if value != self._value:
            self.beats = self._value is not None
            self._value, self._moved_at = value, now
        return now - self._moved_at > self._seconds
