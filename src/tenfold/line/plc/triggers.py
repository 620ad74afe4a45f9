"""Triggers other than the plant's photo-eye, and a station without a PLC. Know no camera and no broker."""

import threading
import time
from dataclasses import replace

from tenfold.line.belt import signed
from tenfold.line.plc.signals import REMEMBERED, Inputs, Outputs, Plant

_WRAP = 1 << 32
_BEAT_MS = 50


class NoPlant:
    """A station without a PLC: its encoder counts milliseconds, which assumes that the belt moves evenly.

    A belt that is 1 % slower brings parts to the gate 1 % later than expected.
    """

    def exchange(self, outputs: Outputs) -> Inputs:
        """See `Plant`."""
        moment = int(time.monotonic() * 1000)
        none = (0,) * REMEMBERED
        return Inputs(moment % _WRAP, 0, none, 0, none, moment // _BEAT_MS % (1 << 16))

    def close(self) -> None:
        """See `Plant`."""


class OwnTriggers:
    """A plant whose count of triggers is replaced: by `trigger`, and by every so many counts of the encoder.

    Args:
        every: counts of the encoder from one part to the next, forwards; 0: only `trigger` counts.
    """

    def __init__(self, plant: Plant, *, every: int = 0) -> None:
        self._plant, self._every = plant, every
        self._lock = threading.Lock()
        self._asked = 0
        self._count, self._counts = 0, [0] * REMEMBERED
        self._last: int | None = None  # the encoder's count at the last of its own triggers

    def trigger(self) -> None:
        """A part is there. From any thread."""
        with self._lock:
            self._asked += 1

    def exchange(self, outputs: Outputs) -> Inputs:
        """See `Plant`."""
        inputs = self._plant.exchange(outputs)
        with self._lock:
            asked, self._asked = self._asked, 0
        for _ in range(asked):
            self._came(inputs.encoder)
        if self._every:
            self._last = inputs.encoder if self._last is None else self._last
            # A belt that ran backwards brings no new part until it is further than before.
            while signed(inputs.encoder - self._last) >= self._every:
                self._last = (self._last + self._every) % _WRAP
                self._came(self._last)
        return replace(inputs, triggers=self._count, trigger_counts=tuple(self._counts))

    def close(self) -> None:
        """See `Plant`."""
        self._plant.close()

    def _came(self, encoder: int) -> None:
        self._count = (self._count + 1) % _WRAP
        self._counts[self._count % REMEMBERED] = encoder
