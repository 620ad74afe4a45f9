"""The process of a station: connects its plant, camera, models and trail. Exchanges messages with its parent.

From the parent: `{"setup": LineSetup, "book": RecipeBook}`, then one of

    {"do": "book", "book": RecipeBook}          recipes were approved, or another one is made
    {"do": "trigger"}                            a part is there
    {"do": "challenge", "expected": [true, false], "by": NAME}
    {"do": "first-parts", "by": NAME}            they are approved
    {"do": "picture"}                            somebody looks

To the parent: `{"starting": true}` each second until it runs, then `{"status": {...}}` twice a second,
`{"picture": base64}`, and of a wish, or of a message with an `order`,
`{"order": the same, "refused": why it was not done}`, an error's facts, null where it was done.
A simulation runs the same process, with a `Disturbance` (`simulated.py`).
"""

import base64
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenfold import images
from tenfold.cameras import sources
from tenfold.cameras.address import Address
from tenfold.cameras.frames import Frame
from tenfold.errors import LineError
from tenfold.line.belt import Gate
from tenfold.line.figures import ALARM_NAMES, Figures
from tenfold.line.holds import ChallengeRule
from tenfold.line.inspector import Classify, Inspector
from tenfold.line.options import StationOptions
from tenfold.line.parts import FaultBegan
from tenfold.line.pictures.camera import SnapshotCamera
from tenfold.line.pictures.crossing import Crossing
from tenfold.line.plc.mqtt_broker import Broker
from tenfold.line.plc.mqtt_trigger import MqttTrigger
from tenfold.line.plc.signals import Plant, SignalOutput, distinct
from tenfold.line.plc.triggers import OwnGateEye, OwnTriggers
from tenfold.line.plc.wiring import Wires, connect
from tenfold.line.recipe import WHOLE, Region, StationRecipe
from tenfold.line.station import Station
from tenfold.line.stations.wiring import Trigger
from tenfold.line.trail.trail import Trail
from tenfold.processes.child import ParentChannel
from tenfold.workflows.line.model import RecipeModels
from tenfold.workflows.line.setup import LineSetup, RecipeBook

if TYPE_CHECKING:
    from tenfold.workflows.line.stream import StreamCamera

_STATUS_SECONDS, _TICK_SECONDS = 0.5, 0.05
_PREPARE_SECONDS = 20.0
_STARTING_SECONDS = 1.0
# A picture for people: it travels in a message, which has room for 64 KiB.
_SHOWN_SIDE, _SHOWN_BYTES = 480, 40_000
# Messages that may be refused; the answer to the last one is shown.
_WISHES = ("challenge", "first-parts")
# Used until there is a recipe; passes nothing.
_NO_RECIPE = StationRecipe("none", (Region("none", WHOLE, frozenset()),))


@dataclass(frozen=True)
class Disturbance:
    """What a simulation changes about a station; a real one has none.

    Attributes:
        around: wraps a model.
        faults: handlers of the parent's messages of that name.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    around: Callable[[Classify], Classify] = lambda classify: classify
    faults: Mapping[str, Callable[[dict[str, Any]], None]] = field(default_factory=dict)


_UNDISTURBED = Disturbance()


def serve(channel: ParentChannel, disturbance: Disturbance = _UNDISTURBED) -> None:
    """Run a station until the parent is gone or interrupts it."""
    told = channel.receive()
    assert told is not None
    setup, book = LineSetup(**told["setup"]), RecipeBook.from_json(told["book"])
    with ExitStack() as stack:
        with _starting(channel):
            work = _Work(setup, book, stack, disturbance)
        work.run(channel)


@contextmanager
def _starting(channel: ParentChannel) -> Iterator[None]:
    """Report each second that the station is starting.

    An OPC UA server takes long to start on a busy machine, and a silent process would be taken for hung and
    restarted, again and again.
    """
    done = threading.Event()

    def tell() -> None:
        with suppress(OSError):  # the parent is gone
            channel.send({"starting": True})
            while not done.wait(_STARTING_SECONDS):
                channel.send({"starting": True})

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class _Work:
    """A station and what it is wired to."""

    def __init__(
        self, setup: LineSetup, book: RecipeBook, stack: ExitStack, disturbance: Disturbance
    ) -> None:
        self._setup, self._stop, self._faults = setup, threading.Event(), disturbance.faults
        self._models = RecipeModels(stack, book, disturbance.around)
        self._trail = stack.enter_context(Trail(Path(setup.trail)))
        self._figures = Figures()
        self._chosen = 0
        self._wires = self._connected()
        trigger = Trigger.from_json(setup.trigger)
        self._triggers, plant, mqtt = triggered(trigger, setup.broker, self._wires.plant)
        self._stream: StreamCamera | None = None
        self._camera = self._opened()
        left, top, width, height = setup.region
        inspector = Inspector(
            self._camera,
            _refuse,
            _NO_RECIPE,
            box=(left, top, width, height),
            locate=setup.locate,
            within=setup.within,
        )
        options = StationOptions(
            gate=None if self._wires.asks else Gate(**setup.gate),
            deadline=setup.deadline,
            recipe=0,
            facts={},
            challenge=ChallengeRule(**setup.challenge) if setup.challenge else None,
            first_parts=setup.first_parts,
        )
        self._outputs = (*self._wires.outputs, *mqtt)
        told = (self._figures, *self._outputs)
        self._station = Station(plant, inspector, self._trail, options, now=disturbance.now, outputs=told)

    def run(self, channel: ParentChannel) -> None:
        # Before the first exchange, so that an existing recipe raises no alarm.
        self._station.use(self._models.job(self._wanted))
        running = threading.Thread(target=self._station.run, args=[self._stop])
        running.start()
        if self._stream is not None:
            threading.Thread(target=self._stream.run, args=[self._stop], daemon=True).start()
        told_at = 0.0
        try:
            while running.is_alive():
                if said := channel.receive(_TICK_SECONDS):
                    refused = self._do(said, channel)
                    if refused or said["do"] in _WISHES or "order" in said:
                        facts = refused.facts() if refused else None
                        channel.send({"order": said.get("order"), "refused": facts})
                self._station.use(self._models.job(self._wanted))
                if self._stream is not None and self._stream.away:
                    self._station.tell(FaultBegan("camera", time.monotonic()))
                if time.monotonic() - told_at >= _STATUS_SECONDS:
                    told_at = time.monotonic()
                    channel.send({"status": self._status()})
        finally:
            self._stop.set()
            running.join()

    @property
    def _wanted(self) -> int:
        """The number of the wanted recipe: the plant's request comes first, then what was chosen last."""
        return self._station.asked or self._chosen or self._models.book.current

    def _connected(self) -> Wires:
        setup = self._setup
        told = [one | self._known_recipes(one) for one in setup.outputs]
        if setup.broker is not None:
            told.append({"kind": "sparkplug", **setup.broker})
        return connect(setup.plant | self._known_recipes(setup.plant), told, choose=self._choose)

    def _known_recipes(self, kept: dict[str, Any]) -> dict[str, Any]:
        """The recipes that a plant may request by OPC UA, read at each request, as approvals change them."""
        if kept["kind"] != "opcua-server":
            return {}

        def recipes() -> list[dict[str, Any]]:
            values = [one.values for one in self._models.book.recipes]
            return [{name: one[name] for name in ("number", "name", "version")} for one in values]

        return {"name": self._setup.name, "recipes": recipes}

    def _choose(self, number: int) -> bool:
        """A plant wants a recipe prepared by OPC UA; whether it is in use then."""
        self._chosen = number
        until = time.monotonic() + _PREPARE_SECONDS
        while time.monotonic() < until:
            # A plant prepares a recipe while it halts the station.
            if self._station.facts.get("recipe", [0])[0] == number and set(self._station.faults) <= {
                "halted"
            }:
                return True
            time.sleep(_TICK_SECONDS)
        return False

    def _do(self, said: dict[str, Any], channel: ParentChannel) -> LineError | None:
        """Do what the parent says; why not, None: it was done."""
        match said["do"]:
            case "book":
                book = RecipeBook.from_json(said["book"])
                if book.current != self._models.book.current:
                    self._chosen = 0
                self._models.book = book
            case "trigger":
                if self._triggers is None:
                    return LineError(
                        f"The station {self._setup.name}",
                        "takes its triggers from the plant",
                        reason="trigger-of-plant",
                    )
                self._triggers.trigger()
            case "challenge":
                try:
                    self._station.begin_challenge(said["expected"], by=said["by"])
                except LineError as error:
                    return error
            case "first-parts":
                self._station.settle_first_parts(by=said["by"], refused=said["refused"])
            case "picture":
                channel.send({"picture": self._picture()})
            case fault if fault in self._faults:
                self._faults[fault](said)
        return None

    def _picture(self) -> str | None:
        try:
            pixels = self._camera.take(_STATUS_SECONDS).pixels
        except LineError:
            return None
        for quality in (75, 50, 25):
            content = images.jpeg(pixels, _SHOWN_SIDE, quality=quality)
            if len(content) <= _SHOWN_BYTES:
                return base64.b64encode(content).decode()
        return None

    def _opened(self) -> "StreamCamera | SnapshotCamera":
        setup, address = self._setup, Address(**self._setup.camera)  # type: ignore[arg-type]
        if setup.snapshot:
            return SnapshotCamera(address.target, user=address.user, password=address.password)
        # Video needs the extra for cameras, a picture of each part does not.
        from tenfold.workflows.line.stream import StreamCamera

        trigger = Trigger.from_json(setup.trigger)
        crossing = Crossing(trigger.line) if trigger.kind == "crossing" and trigger.line else None

        def seen(frame: Frame) -> None:
            if crossing is not None and crossing.comes(frame.pixels, time.monotonic()):
                assert self._triggers is not None
                self._triggers.trigger()

        source = sources.open_source(address)
        recorded = not isinstance(source, sources.Camera)
        self._stream = StreamCamera(source, address.description, seen, recorded=recorded)
        return self._stream

    def _status(self) -> dict[str, Any]:
        station, outputs = self._station, self._figures.last
        faults, holds, one = station.faults, station.holds, station.facts
        problem, failing = self._models.problem, distinct(each.health() for each in self._outputs)
        return {
            "state": "fault" if faults else "held" if holds else "ready",
            "faults": list(faults),
            "holds": list(holds),
            "alarm": ALARM_NAMES.get(outputs.alarm, ""),
            "recipe": one,
            "deadline": self._models.deadline(one),
            "asked": station.asked,
            "recipe_problem": problem.facts() if problem else None,
            "passed": station.released,
            "rejected": station.rejected,
            "last": self._last(),
            "output_problems": [error.facts() for error in failing],
            "picture_age": round(time.monotonic() - self._camera.at, 3) if self._camera.at else None,
            **self._figures.status(),
            **station.held,
        }

    def _last(self) -> dict[str, Any] | None:
        """The last verdict."""
        result = self._figures.result
        if result is None:
            return None
        decided = result.decided.isoformat()
        return {"part": result.part, "at": decided, "verdict": result.verdict, "reason": result.reason}


def _refuse(pictures: Any, deadline: float) -> Any:
    raise LineError("The station", "has no recipe", reason="recipe-missing")


def triggered(
    trigger: Trigger, broker: dict[str, Any] | None, plant: Plant
) -> tuple[OwnTriggers | None, Plant, list[SignalOutput]]:
    """A plant with the photo-eyes that are not its own.

    Returns:
        what counts triggers in place of its photo-eye (None: the plant does), the plant, and the listeners
        for messages of photo-eyes.
    """
    mqtt: list[SignalOutput] = []

    def listen(topic: str, came: Callable[[], None]) -> MqttTrigger:
        assert broker is not None
        mqtt.append(found := MqttTrigger(Broker(**broker), topic, came))
        return found

    if trigger.gate_topic:
        plant = eye = OwnGateEye(plant)
        told = listen(trigger.gate_topic, eye.trigger)
        eye.works = lambda: told.health().works
    if trigger.kind == "plant":
        return None, plant, mqtt
    plant = own = OwnTriggers(plant, every=trigger.counts if trigger.kind == "encoder" else 0)
    if trigger.kind == "mqtt":
        listen(trigger.topic, own.trigger)
    return own, plant, mqtt
