"""The events and verdicts of a part on the line, as values. Knows no clock, camera, model or protocol."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias


class Verdict(StrEnum):
    """What is to happen with a part."""

    PASS = "pass"
    REJECT = "reject"
    DIVERT = "divert"  # to be looked at by a person; on the wire it is no pass


# Why a part got its verdict. `good` is the only reason of a pass.
Reason: TypeAlias = Literal[
    "good", "wrong-class", "none-of-these", "unsure", "late", "queue-full", "missed-trigger", "too-close",
    "no-part", "no-picture", "dark-picture", "frozen-picture", "camera", "model", "plc", "trail",
    "encoder", "clock", "not-seen", "wrongly-rejected", "restarted", "stopped", "halted", "output",
    "wrong-count", "recipe", "challenge", "first-parts", "slip", "astray",
]  # fmt: skip

# Reasons and alarms as the plant reads them.
CODES: dict[Reason, int] = {
    "good": 0, "late": 1, "queue-full": 2, "missed-trigger": 3, "too-close": 4, "no-picture": 5,
    "dark-picture": 6, "frozen-picture": 7, "camera": 8, "model": 9, "plc": 10, "trail": 11, "encoder": 12,
    "restarted": 13, "not-seen": 14, "wrongly-rejected": 15, "clock": 16, "stopped": 17, "halted": 18,
    "output": 19, "wrong-class": 20, "none-of-these": 21, "unsure": 22, "no-part": 23,
    "wrong-count": 24, "recipe": 25, "challenge": 26, "first-parts": 27, "slip": 28, "astray": 29,
}  # fmt: skip

# The same in English, as the rest of a sentence.
WORDS: dict[Reason, str] = {
    "good": "it is good",
    "late": "the verdict came too late",
    "queue-full": "too many parts came at once",
    "missed-trigger": "a trigger was missed",
    "too-close": "parts are too close together",
    "no-picture": "there is no picture",
    "dark-picture": "the picture is dark",
    "frozen-picture": "the picture does not change",
    "camera": "there is no connection to the camera",
    "model": "the model does not answer",
    "plc": "there is no connection to the PLC",
    "trail": "the trail cannot be written",
    "encoder": "the encoder's count jumped",
    "restarted": "the station was restarted",
    "not-seen": "a rejected part was not seen leaving",
    "wrongly-rejected": "a good part was taken off",
    "clock": "the computer's clock was set",
    "stopped": "the belt stands still",
    "halted": "the plant stopped it, or a signal is lost",
    "output": "an output cannot be reached",
    "wrong-class": "its class does not pass",
    "none-of-these": "it is none of these",
    "unsure": "the model is unsure",
    "no-part": "there is no part in the picture",
    "wrong-count": "the count is wrong",
    "recipe": "there is no approved recipe",
    "challenge": "challenge parts are due",
    "first-parts": "the first parts wait for approval",
    "slip": "the belt slips",
    "astray": "parts were lost track of before the gate",
}


@dataclass(frozen=True)
class Triggered:
    """A part passed the photo-eye at `at`; numbers rise by one from part to part."""

    part: int
    at: float


@dataclass(frozen=True)
class Pictured:
    """A part's picture was taken; the next part may come into view."""

    part: int
    at: float


@dataclass(frozen=True)
class Judged:
    """A verdict was reached for a part."""

    part: int
    verdict: Verdict
    reason: Reason
    at: float


@dataclass(frozen=True)
class Spoiled:
    """A part cannot be told from its neighbour at the gate, or passed it before its verdict."""

    part: int
    reason: Reason
    at: float


@dataclass(frozen=True)
class Recorded:
    """The trail keeps a part's verdict, on the disk."""

    part: int
    at: float


@dataclass(frozen=True)
class FaultBegan:
    """Something that every verdict needs does not work."""

    fault: Reason
    at: float


@dataclass(frozen=True)
class FaultEnded:
    """It works again."""

    fault: Reason
    at: float


@dataclass(frozen=True)
class HoldBegan:
    """From now on parts are judged but not released: challenge parts, the first ones of another recipe."""

    reason: Reason
    at: float


@dataclass(frozen=True)
class HoldEnded:
    """Parts that come from now on may be released."""

    reason: Reason
    at: float


@dataclass(frozen=True)
class TimePassed:
    """Time has passed until `at`."""

    at: float


Event: TypeAlias = (
    Triggered
    | Pictured
    | Judged
    | Spoiled
    | Recorded
    | FaultBegan
    | FaultEnded
    | HoldBegan
    | HoldEnded
    | TimePassed
)


@dataclass(frozen=True)
class Inspect:
    """Take a picture of the part and judge it, by `deadline`."""

    part: int
    deadline: float


@dataclass(frozen=True)
class Record:
    """Write the part's verdict into the trail and tell when it is on the disk."""

    part: int
    verdict: Verdict
    reason: Reason


@dataclass(frozen=True)
class Withhold:
    """Write into the trail that a part, recorded as passed, was not released, and why."""

    part: int
    reason: Reason


@dataclass(frozen=True)
class Release:
    """Let the part pass. Every other part is rejected, by silence."""

    part: int


@dataclass(frozen=True)
class Alarm:
    """Tell people."""

    reason: Reason
    part: int | None = None


Action: TypeAlias = Inspect | Record | Withhold | Release | Alarm
