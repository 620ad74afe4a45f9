"""What a station and the plant tell each other, whatever the wire. Knows no protocol."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

# A plant keeps the encoder's counts of so many triggers, so that none is lost between two readings.
REMEMBERED = 8


class State(IntEnum):
    """What a station tells the plant of itself."""

    STOPPED = 0
    READY = 1
    FAULT = 2


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
    """

    pass_part: int = 0
    state: State = State.STOPPED
    alarm: int = 0
    recipe: int = 0
    passed: int = field(default=0)
    rejected: int = field(default=0)


class Plant(Protocol):
    """A plant on some wire."""

    def exchange(self, outputs: Outputs) -> Inputs:
        """Write what the station says and read what the plant says.

        Raises:
            LineError: the plant does not answer, or not what is expected. The next call connects anew.
        """

    def close(self) -> None:
        """Let go of the wire."""
