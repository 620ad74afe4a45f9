"""A server that watches cameras, for tests: its service at work, with a model that knows all that it sees."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.cameras.events import EventFilter
from tenfold.cameras.tables import EventRow
from tenfold.runtime.services import describe
from tenfold.runtime.supervisor import ServiceFault, Supervisor
from tests.fakes import FakeApp, FakeClassifier


class Certain(FakeClassifier):
    """It knows all that it sees."""

    def raw(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        probabilities, colours, evidence, novelty = super().raw(inputs)
        return probabilities, colours, evidence, novelty * 0


class Server:
    """The service of cameras of one app, at work."""

    def __init__(self, app: FakeApp) -> None:
        self.app = app
        self.faults: list[Exception] = []
        self._supervisor = Supervisor(
            [app.jobs.worker(serving=True), app.watched_cameras, app.sender], self._fault
        )
        self._supervisor.start()

    def _fault(self, error: Exception) -> ServiceFault:
        self.faults.append(error)
        return describe(error)

    def stop(self) -> float:
        """Seconds until nothing runs any more."""
        began = time.monotonic()
        assert self._supervisor.stop(10) == []
        return time.monotonic() - began

    def events(self, **asked: Any) -> list[EventRow]:
        return self.app.camera_events.find(EventFilter(**asked))
