"""A simulated plant beside a server that runs its station, for tests. Knows no server."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tenfold.line.simulator.conveyor import ConveyorOptions
from tenfold.line.simulator.scene import bundled_parts
from tenfold.processes import MessageProcess
from tests.waiting import until

SERVE = "tenfold.line.simulator.plant:serve"


class Plant:
    """A plant in a process of its own: a PLC, and a camera on HTTP.

    Args:
        folder: for pictures of the parts, and what became of them.
        signals: modbus or opcua.
    """

    def __init__(self, process: MessageProcess, folder: Path, signals: str, belt: ConveyorOptions) -> None:
        self.process, self.belt = process, belt
        self.pictures = bundled_parts(folder)
        self.order = [number * 7 % len(self.pictures) for number in range(belt.parts)]
        self.outcomes = folder / "outcomes.json"
        self.process.send(
            {
                "conveyor": asdict(belt),
                "pictures": [str(path) for path, _ in self.pictures],
                "order": self.order,
                "outcomes": str(self.outcomes),
                "signals": signals,
            }
        )
        ports = self._said("plc")
        self.address = ports["plc"]
        self.camera = f"http://127.0.0.1:{ports['camera']}/snapshot.jpg"

    def run(self, enough: Callable[[], object] | None = None) -> set[int]:
        """Let parts go by, all or until there are enough; the numbers of those that passed the gate."""
        self.start()
        if enough is not None:
            until(enough, says="too few parts passed")
            self.process.send({"do": "report", "seconds": 0})
        self.finish()
        return {one["part"] for one in json.loads(self.outcomes.read_text()) if one["passed"]}

    def start(self) -> None:
        self.process.send({"do": "start", "seconds": 0})

    def finish(self, seconds: float = 120.0) -> float:
        """Wait until all parts have gone by; how many the belt reached a second."""
        return float(self._said("done", seconds)["rate"])

    def _said(self, name: str, seconds: float = 120.0) -> dict[str, Any]:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            said = self.process.receive(0.5)
            if said and name in said:
                return said
        raise AssertionError(f"the plant did not say {name}")
