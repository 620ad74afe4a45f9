"""The handshake between plant and station, one state machine for all protocols. Knows no clock and no thread.

    plant                                     station
    enable ─────────────────────────────────▶ ready, once a picture can be taken
    trigger, with the part's id ────────────▶ ack, until the trigger falls; ready falls
                                              ready again, once the picture is taken
                                              valid, with number, part's id, verdict and reason
    result ack ─────────────────────────────▶ valid falls; the next result waits for the result ack to fall

A trigger that comes while the station is not ready is counted and brings no verdict. Results come in the
order of their triggers and are held until they are acknowledged. While `BUFFER` parts wait, it is not ready.
"""

from collections import deque
from dataclasses import dataclass, replace

from tenfold.line.belt import signed
from tenfold.line.parts import Verdict

BUFFER = 8
_LONG = 1 << 32
VERDICT_CODES = {Verdict.PASS: 1, Verdict.REJECT: 2, Verdict.DIVERT: 3}


@dataclass(frozen=True)
class Control:
    """What the plant says in a handshake.

    Attributes:
        enable: whether the plant is going to send triggers.
        trigger: a part is before the camera; held until it is acknowledged.
        result_ack: the result was taken.
        part_id: the plant's name for the part that it triggers, which comes back with the result.
    """

    enable: bool = False
    trigger: bool = False
    result_ack: bool = False
    part_id: int = 0


@dataclass(frozen=True)
class Told:
    """A result as the plant reads it; verdict and reason are codes of the docs' tables."""

    number: int = 0
    part_id: int = 0
    verdict: int = 0
    reason: int = 0


@dataclass(frozen=True)
class HandshakeStatus:
    """What the station says in a handshake.

    Attributes:
        ready: a trigger would be taken.
        trigger_ack: the trigger was taken.
        acquiring: a picture is still to be taken.
        valid: there is a result.
        full: `BUFFER` parts wait for a verdict or for their acknowledgement.
        triggers: triggers that were taken; wraps at 2^32, as `missed`.
        missed: triggers that came while the station was not ready.
        waiting: parts that wait for a verdict or for their acknowledgement.
        result: all zero unless `valid`.
    """

    ready: bool
    trigger_ack: bool
    acquiring: bool
    valid: bool
    full: bool
    triggers: int
    missed: int
    waiting: int
    result: Told


class Handshake:
    """The signals of both sides, and the results that wait."""

    def __init__(self) -> None:
        self._control = Control()
        self._running, self._pictured = False, 0
        self._triggers = self._missed = 0
        self._parts: deque[Told] = deque()
        self._trigger_ack = self._valid = False

    def control(self, control: Control) -> None:
        """The plant set its signals."""
        before, ready = self._control, self.status.ready
        self._control = control
        if control.trigger and not before.trigger:
            if ready and control.enable:
                self._triggers = (self._triggers + 1) % _LONG
                self._parts.append(Told(self._triggers, control.part_id))
                self._trigger_ack = True
            else:
                self._missed = (self._missed + 1) % _LONG
        if not control.trigger:
            self._trigger_ack = False
        if control.result_ack and not before.result_ack and self._valid:
            self._parts.popleft()
            self._valid = False
        self._show()

    def station(self, *, running: bool, pictured: int) -> None:
        """Whether the station judges parts, and the number of the last trigger whose picture was taken."""
        self._running, self._pictured = running, pictured

    def result(self, number: int, verdict: Verdict, reason: int) -> None:
        """The verdict on the part of a trigger; one that the plant has seen stands."""
        for place, part in enumerate(self._parts):
            if part.number == number and not (place == 0 and self._valid):
                self._parts[place] = replace(part, verdict=VERDICT_CODES[verdict], reason=reason)
        self._show()

    @property
    def status(self) -> HandshakeStatus:
        """What the plant reads."""
        newest = self._parts[-1] if self._parts else None
        acquiring = newest is not None and not newest.verdict and signed(self._pictured - newest.number) < 0
        full = len(self._parts) >= BUFFER
        return HandshakeStatus(
            ready=self._running and self._control.enable and not (self._control.trigger or acquiring or full),
            trigger_ack=self._trigger_ack,
            acquiring=acquiring,
            valid=self._valid,
            full=full,
            triggers=self._triggers,
            missed=self._missed,
            waiting=len(self._parts),
            result=self._parts[0] if self._valid else Told(),
        )

    def _show(self) -> None:
        # An acknowledgement that never falls must not take results that it has not seen.
        if self._parts and self._parts[0].verdict and not self._control.result_ack:
            self._valid = True
