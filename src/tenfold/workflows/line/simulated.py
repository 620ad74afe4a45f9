"""The process of a station in a simulation: a real station whose model and clock can be disturbed.

From the parent, beside what `process` is told: `{"do": "slow-model" | "clock-jump", "seconds": N}`.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tenfold.line.inspector import Classify
from tenfold.line.pictures.pictures import Pixels
from tenfold.predictions import Prediction
from tenfold.processes.child import ParentChannel
from tenfold.workflows.line import process

# A slow model needs this multiple of the time that is left until the deadline.
_SLOW = 1.5


class _Disturbed:
    """A clock and models that fail on request."""

    def __init__(self) -> None:
        self._ahead, self._slow_until = timedelta(), 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def around(self, classify: Classify) -> Classify:
        def answer(pictures: Sequence[Pixels], deadline: float) -> Sequence[Prediction]:
            if (now := time.monotonic()) < self._slow_until:
                time.sleep(max(0.0, _SLOW * (deadline - now)))
            return classify(pictures, deadline)

        return answer

    def slow_down(self, said: dict[str, Any]) -> None:
        self._slow_until = time.monotonic() + float(said["seconds"])

    def set_clock(self, said: dict[str, Any]) -> None:
        self._ahead += timedelta(seconds=float(said["seconds"]))


def serve(channel: ParentChannel) -> None:
    """Run a station until the parent is gone or interrupts it."""
    one = _Disturbed()
    faults = {"slow-model": one.slow_down, "clock-jump": one.set_clock}
    process.serve(channel, process.Disturbance(one.now, one.around, faults))
