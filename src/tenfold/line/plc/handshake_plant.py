"""A plant that asks for verdicts through a handshake. Knows no protocol; the servers use it.

It is the station's plant and one of its outputs. The encoder stands still: the plant moves its parts itself.
"""

import threading
from dataclasses import dataclass

from tenfold.errors import LineError
from tenfold.line.parts import CODES
from tenfold.line.plc.handshake import BUFFER, Control, Handshake, HandshakeStatus
from tenfold.line.plc.signals import REMEMBERED, Inputs, OperatingState, OutputHealth, Outputs, PartResult

_WORD = 1 << 16
_NO_CONTROL = Control()
_STILL = (0,) * REMEMBERED


@dataclass(frozen=True)
class Heard:
    """What the plant says.

    Attributes:
        heartbeat: changes at least every 200 ms while the plant's program runs.
        recipe: which recipe the plant asks for; 0: it does not say. So too order, batch and shift.
    """

    control: Control = _NO_CONTROL
    heartbeat: int = 0
    recipe: int = 0
    order: int = 0
    batch: int = 0
    shift: int = 0


@dataclass(frozen=True)
class Telling:
    """What the plant is told; `heartbeat` changes with each of the station's cycles."""

    status: HandshakeStatus
    outputs: Outputs
    heartbeat: int


class HandshakePlant:
    """Plant and output in one; a server calls `hear` and `tell`, each from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handshake, self._heard, self._outputs = Handshake(), Heard(), Outputs()
        self._heartbeat = 0

    def hear(self, heard: Heard) -> None:
        """The plant set its signals."""
        with self._lock:
            self._heard = heard
            self._handshake.control(heard.control)

    def tell(self) -> Telling:
        """What the plant is told now."""
        with self._lock:
            return Telling(self._handshake.status, self._outputs, self._heartbeat)

    def exchange(self, outputs: Outputs) -> Inputs:
        self.state(outputs)
        with self._lock:
            self._heartbeat = (self._heartbeat + 1) % _WORD
            heard = self._heard
            return Inputs(
                encoder=0,
                triggers=self._handshake.status.triggers,
                trigger_counts=_STILL,
                rejects=0,
                reject_counts=_STILL,
                heartbeat=heard.heartbeat,
                recipe=heard.recipe,
                order=heard.order,
                batch=heard.batch,
                shift=heard.shift,
            )

    def fire(self, result: PartResult) -> None:
        with self._lock:
            self._handshake.result(result.number, result.verdict, CODES[result.reason])

    def state(self, outputs: Outputs) -> None:
        with self._lock:
            self._outputs = outputs
            self._handshake.station(running=outputs.state is OperatingState.READY, pictured=outputs.pictured)

    def health(self) -> OutputHealth:
        """See `SignalOutput`; whether the plant is there is seen by its heartbeat."""
        if not self.tell().status.full:
            return OutputHealth()
        return OutputHealth(
            LineError(
                f"The results of {BUFFER} parts",
                "wait for the PLC to acknowledge them",
                reason="results-wait",
                params={"n": BUFFER},
            )
        )

    def close(self) -> None:
        """See `Plant`."""
