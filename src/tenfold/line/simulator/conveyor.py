"""Simulates a belt, its sensors and the PLC's program. Knows no protocol and no pictures.

The PLC's program is what a plant would run: a part that comes to the gate is ejected unless the station says
at that moment that this very part may pass, and its heartbeat is fresh.
"""

import random
from dataclasses import dataclass

from tenfold.line.plc.signals import REMEMBERED, Inputs, OperatingState, Outputs

# Seconds without a heartbeat of the station after which the PLC rejects everything.
WATCHDOG_SECONDS = 0.3
_WORD, _LONG = 1 << 16, 1 << 32


@dataclass(frozen=True)
class ConveyorOptions:
    """A belt.

    Attributes:
        rate: parts a second at full speed.
        spacing: encoder counts between two parts on average.
        jitter: by which share of the spacing a part may lie off its place, either way.
        distance: counts from the photo-eye to the gate.
        sensor: counts from the photo-eye to the reject sensor.
        lead: spacings before the first part.
        start: the encoder's count at first; near 2^32 it wraps.
        order_size: parts of an order; orders and batches are numbered from 1.
        eye: counts from the photo-eye to a second one before the gate; 0: there is none.
        slip: by which share the encoder moves further than the belt, once that slips; below 0: less far.
        slip_grows: over so many spacings it begins to slip, more and more.
    """

    parts: int
    rate: float
    spacing: int = 400
    jitter: float = 0.15
    distance: int = 3000
    sensor: int = 3200
    lead: int = 2
    start: int = _LONG - 5000
    order_size: int = 100
    eye: int = 0
    slip: float = 0.0
    slip_grows: int = 20
    seed: int = 1

    @property
    def speed(self) -> float:
        """Counts a second."""
        return self.rate * self.spacing


@dataclass
class Outcome:
    """The outcome of a part at the gate."""

    part: int
    passed: bool


class Conveyor:
    """The belt at a time that `advance` moves on. Places are counts from its start."""

    def __init__(self, options: ConveyorOptions) -> None:
        self.options = options
        chance = random.Random(options.seed)
        spread = options.jitter * options.spacing
        self.places = [
            round(options.spacing * (number + options.lead) + chance.uniform(-spread, spread))
            for number in range(options.parts)
        ]
        self.position = 0.0
        self.speed = options.speed
        self.outcomes: list[Outcome] = []
        self._furthest = 0
        self._seen = self._met = self._at_gate = self._sensed = 0
        self._slipped = 0.0
        self._ejected: list[int] = []
        self._trigger_counts = [0] * REMEMBERED
        self._reject_counts = [0] * REMEMBERED
        self._gate_counts = [0] * REMEMBERED
        self._outputs, self._beat, self._beat_at, self._now = Outputs(), -1, -1.0, 0.0
        self._heartbeat = 0

    @property
    def done(self) -> bool:
        """Whether all parts have gone by everything."""
        return len(self.outcomes) == len(self.places) and self._sensed == len(self._ejected)

    def hear(self, outputs: Outputs, heartbeat: int) -> None:
        """The station wrote its signals."""
        self._outputs = outputs
        if heartbeat != self._beat:
            self._beat, self._beat_at = heartbeat, self._now

    def advance(self, seconds: float) -> None:
        """Let time pass: the belt moves, sensors see, the PLC decides."""
        self._now += seconds
        self.position += self.speed * seconds
        grown = min(1.0, max(0.0, self.position) / (self.options.slip_grows * self.options.spacing))
        self._slipped += self.speed * seconds * self.options.slip * grown
        self._heartbeat = int(self._now / 0.1) % _WORD
        self._furthest = max(self._furthest, int(self.position))
        options = self.options
        # The PLC counts a part only where the belt is further than before: one that comes back was counted.
        while self._seen < len(self.places) and self.places[self._seen] <= self._furthest:
            self._seen += 1
            self._trigger_counts[self._seen % REMEMBERED] = self._raw(self.places[self._seen - 1])
        while (
            options.eye and self._met < self._seen and self.places[self._met] + options.eye <= self._furthest
        ):
            self._met += 1
            self._gate_counts[self._met % REMEMBERED] = self._raw(self.places[self._met - 1] + options.eye)
        while self._at_gate < self._seen and self.places[self._at_gate] + options.distance <= self._furthest:
            self._at_gate += 1
            passed = self._may_pass(self._at_gate)
            self.outcomes.append(Outcome(self._at_gate, passed))
            if not passed:
                self._ejected.append(self.places[self._at_gate - 1])
        while (
            self._sensed < len(self._ejected)
            and self._ejected[self._sensed] + options.sensor <= self._furthest
        ):
            self._sensed += 1
            at = self._ejected[self._sensed - 1] + options.sensor
            self._reject_counts[self._sensed % REMEMBERED] = self._raw(at)

    def inputs(self) -> Inputs:
        """What the PLC tells the station."""
        order = 1 + max(0, self._seen - 1) // self.options.order_size
        return Inputs(
            encoder=self._raw(int(self.position)),
            triggers=self._seen,
            trigger_counts=tuple(self._trigger_counts),
            rejects=self._sensed,
            reject_counts=tuple(self._reject_counts),
            heartbeat=self._heartbeat,
            order=order,
            batch=order,
            shift=1,
            gate_parts=self._met,
            gate_counts=tuple(self._gate_counts),
        )

    def _may_pass(self, part: int) -> bool:
        fresh = self._now - self._beat_at <= WATCHDOG_SECONDS and self._beat >= 0
        return fresh and self._outputs.state == OperatingState.READY and self._outputs.pass_part == part

    def _raw(self, place: int) -> int:
        """The encoder when the belt is at a place."""
        return (place + round(self._slipped) + self.options.start) % _LONG
