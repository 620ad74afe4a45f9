"""The process of a station: joins plant, camera, model and trail. Runs as a child of messages.

From the parent: first a `StationSetup` as JSON, then `{"do": "slow-model" | "clock-jump", "seconds": N}`,
which only a simulation sends. To the parent: `{"ready": true}`.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tenfold.inference import Classifier
from tenfold.inference.server import ModelServer
from tenfold.line.belt import Gate
from tenfold.line.camera import SnapshotCamera
from tenfold.line.inspector import Inspector
from tenfold.line.options import StationOptions
from tenfold.line.parts import Verdict
from tenfold.line.pictures import Pixels
from tenfold.line.plc.wiring import connect
from tenfold.line.recipe import WHOLE, Recipe, Region
from tenfold.line.station import Station
from tenfold.line.trail import Trail
from tenfold.predictions import Prediction
from tenfold.processes.child import Channel
from tenfold.workflows.line.model import LineModel


@dataclass(frozen=True)
class StationSetup:
    """What a station's process is told, as JSON types.

    Attributes:
        plant: see `tenfold.line.plc.wiring`, as `outputs`.
        camera: address of the camera's snapshot.
        model: a model file, or the name of a bundled model; None: the default one.
        accepts: classes that pass.
        gate: a Gate.
        trail: where the trail is.
        within: seconds from the photo-eye to the picture.
    """

    plant: dict[str, Any]
    camera: str
    model: str | None
    accepts: list[str]
    gate: dict[str, int]
    trail: str
    deadline: float
    least: float
    within: float
    strangers: str = "reject"
    outputs: list[dict[str, Any]] = field(default_factory=list)


class _SlowModel(LineModel):
    """Slow where a simulation wants that."""

    slow_until, slow = 0.0, 0.0

    def classify(self, pictures: Sequence[Pixels], deadline: float) -> list[Prediction]:
        if time.monotonic() < self.slow_until:
            time.sleep(self.slow)
        return super().classify(pictures, deadline)


class _Clock:
    """The time of day, which a simulation sets."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def serve(channel: Channel) -> None:
    """Run a station until the parent is gone or interrupts it."""
    told = channel.receive()
    assert told is not None
    setup = StationSetup(**told)
    recipe = Recipe(
        "simulation",
        (Region("part", WHOLE, frozenset(setup.accepts)),),
        deadline=setup.deadline,
        least=setup.least,
        strangers=Verdict(setup.strangers),
    )
    classifier = Classifier(setup.model)
    recipe.check([one.label for one in classifier.info.classes])
    clock, stop = _Clock(), threading.Event()
    with ModelServer(classifier) as server, Trail(Path(setup.trail)) as trail:
        model = _SlowModel(server)
        options = StationOptions(
            gate=Gate(**setup.gate),
            deadline=setup.deadline,
            recipe=recipe.number,
            facts={"model": classifier.sha256, "recipe": [recipe.number, recipe.version]},
        )
        inspector = Inspector(SnapshotCamera(setup.camera), model.classify, recipe, within=setup.within)
        wires = connect(setup.plant, setup.outputs, model=classifier.sha256)
        station = Station(wires.plant, inspector, trail, options, now=clock, outputs=wires.outputs)
        running = threading.Thread(target=station.run, args=[stop])
        running.start()
        ready = False
        try:
            while running.is_alive():
                if not ready and not station.faults:
                    ready = True
                    channel.send({"ready": True})
                if said := channel.receive(0.2):
                    _fail(said, model, clock, setup.deadline)
        finally:
            stop.set()
            running.join()


def _fail(said: dict[str, Any], model: _SlowModel, clock: _Clock, deadline: float) -> None:
    if said["do"] == "slow-model":
        model.slow, model.slow_until = 1.5 * deadline, time.monotonic() + float(said["seconds"])
    else:
        clock.ahead += timedelta(seconds=float(said["seconds"]))
