"""Triggers other than the plant's photo-eyes, and a station without a PLC. Know no camera and no broker."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from tenfold.errors import LineError
from tenfold.line.belt import signed
from tenfold.line.plc.signals import REMEMBERED, Inputs, Outputs, Plant

_WRAP = 1 << 32
_BEAT_MS = 50


class NoPlant:
    """A station without a PLC: its encoder counts milliseconds, which assumes that the belt moves evenly.

    A belt that is 1 % slower brings parts to the gate 1 % later than expected.
    """

    def exchange(self, outputs: Outputs) -> Inputs:
        moment = int(time.monotonic() * 1000)
        none = (0,) * REMEMBERED
        return Inputs(moment % _WRAP, 0, none, 0, none, moment // _BEAT_MS % (1 << 16))

    def close(self) -> None:
        """See `Plant`."""


class _PartCounter:
    """Counts parts as a PLC counts those at a photo-eye. `trigger` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        self.count, self._counts = 0, [0] * REMEMBERED

    @property
    def counts(self) -> tuple[int, ...]:
        """The encoder at the last parts, number n at place n modulo their length."""
        return tuple(self._counts)

    def trigger(self) -> None:
        """A part is there."""
        with self._lock:
            self._asked += 1

    def take(self, encoder: int) -> None:
        """Count the parts that came since the last exchange; they are where the encoder is."""
        with self._lock:
            asked, self._asked = self._asked, 0
        for _ in range(asked):
            self.came(encoder)

    def came(self, encoder: int) -> None:
        """Count a part."""
        self.count = (self.count + 1) % _WRAP
        self._counts[self.count % REMEMBERED] = encoder


class OwnTriggers:
    """A plant whose count of triggers is replaced: by `trigger`, and by every so many counts of the encoder.

    Args:
        every: counts of the encoder from one part to the next, forwards; 0: only `trigger` counts.
    """

    def __init__(self, plant: Plant, *, every: int = 0) -> None:
        self._plant, self._every = plant, every
        self._parts = _PartCounter()
        self.trigger = self._parts.trigger
        self._last: int | None = None  # the encoder's count at the last of its own triggers

    def exchange(self, outputs: Outputs) -> Inputs:
        inputs = self._plant.exchange(outputs)
        self._parts.take(inputs.encoder)
        if self._every:
            self._last = inputs.encoder if self._last is None else self._last
            # A belt that ran backwards brings no new part until it is further than before.
            while signed(inputs.encoder - self._last) >= self._every:
                self._last = (self._last + self._every) % _WRAP
                self._parts.came(self._last)
        return replace(inputs, triggers=self._parts.count, trigger_counts=self._parts.counts)

    def close(self) -> None:
        self._plant.close()


class OwnGateEye:
    """A plant whose second photo-eye, before the gate, is not the PLC's: `trigger` says that it saw a part.

    Attributes:
        works: whether what it sees arrives; while it does not, the plant is taken for lost.
    """

    def __init__(self, plant: Plant) -> None:
        self._plant, self._parts = plant, _PartCounter()
        self.trigger = self._parts.trigger
        self.works: Callable[[], bool] = lambda: True

    def exchange(self, outputs: Outputs) -> Inputs:
        """See `Plant`."""
        inputs = self._plant.exchange(outputs)
        if not self.works():
            raise LineError(
                "The second photo-eye",
                "does not tell what it sees",
                cure="Check that its MQTT broker runs. Parts are rejected meanwhile.",
                reason="plc-away",
            )
        self._parts.take(inputs.encoder)
        return replace(inputs, gate_parts=self._parts.count, gate_counts=self._parts.counts)

    def close(self) -> None:
        """See `Plant`."""
        self._plant.close()
