"""A plant, a camera and a model for a station, all in this process."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tenfold.errors import LineError
from tenfold.line.pictures.camera import Shot
from tenfold.line.pictures.pictures import Pixels
from tenfold.line.plc.signals import Inputs, Outputs
from tenfold.line.simulator.conveyor import Conveyor, ConveyorOptions
from tenfold.predictions import Prediction


class FakePlant:
    """A conveyor that moves by a fixed time with each exchange: the same in every run, on every machine."""

    def __init__(self, options: ConveyorOptions, *, step: float = 0.004) -> None:
        self.conveyor = Conveyor(options)
        self.step = step
        self.cut = False
        self.frozen = False
        self.exchanges = 0
        self.recipe = 0
        self.taken = 0  # this part is taken off before the second photo-eye
        self.heard = Outputs()

    def exchange(self, outputs: Outputs) -> Inputs:
        self.heard = outputs
        if self.cut:
            self.conveyor.advance(self.step)
            raise LineError("The PLC", "does not exchange signals")
        self.exchanges += 1
        self.conveyor.hear(outputs, self.exchanges % 65536)
        before = self.conveyor.inputs()
        self.conveyor.advance(self.step)
        after = self.conveyor.inputs()
        if 0 < self.taken <= after.gate_parts:
            counts = (*after.gate_counts[1:], after.gate_counts[0])  # all after it have one number less
            after = replace(after, gate_parts=after.gate_parts - 1, gate_counts=counts)
        return replace(after if not self.frozen else before, recipe=self.recipe)

    def close(self) -> None:
        pass


class FakeCamera:
    """Shows a part, or fails."""

    def __init__(self) -> None:
        self.failing = self.frozen = self.dark = self.empty = False
        self._chance = np.random.default_rng(1)
        self._lock = threading.Lock()
        self._last: Pixels | None = None

    def take(self, seconds: float) -> Shot:
        with self._lock:
            if self.failing:
                raise LineError("The camera", "gave no picture")
            if self._last is None or not self.frozen:
                self._last = self._picture()
            return Shot(self._last, b"a picture", time.monotonic())

    def _picture(self) -> Pixels:
        found = self._chance.integers(90, 97, (60, 90, 3))
        if not self.empty:
            found[20:40, 30:60] = (200, 30, 30)
        return (found // 20 if self.dark else found).astype(np.uint8)


def answer(label: str = "good", sure: float = 0.9, *, known: bool = True) -> Prediction:
    other = "bad" if label == "good" else "good"
    return Prediction(label, sure, {label: sure, other: 1 - sure}, known, 0.0, None)


class FakeModel:
    """Says the same of every picture until it is told otherwise."""

    def __init__(self) -> None:
        self.says = answer()
        self.failing = False
        self.late = False
        self.asked = 0

    def classify(self, pictures: Sequence[Pixels], deadline: float) -> list[Prediction]:
        self.asked += 1
        if self.failing:
            raise LineError("The model", "does not answer")
        if self.late:
            raise TimeoutError
        return [self.says for _ in pictures]
