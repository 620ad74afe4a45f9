"""Runs a station on a simulated plant, with faults during the run, and reports what became of every part.

The station knows of the plant only what its signals and its camera tell. Afterwards the plant's outcome for
each part is compared with the trail.
"""

import hashlib
import json
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tenfold import modelfile
from tenfold.cameras.address import parse
from tenfold.errors import LineError, UsageError
from tenfold.line.belt import Gate
from tenfold.line.parts import Verdict
from tenfold.line.recipe import WHOLE
from tenfold.line.simulator import broker
from tenfold.line.simulator.conveyor import ConveyorOptions
from tenfold.line.simulator.scene import bundled_parts
from tenfold.line.trail.statistics import statistics
from tenfold.line.trail.trail import Trail
from tenfold.processes import AHEAD, MessageProcess, ProcessEnded, ProcessLimits
from tenfold.workflows.line.setup import LineSetup, RecipeBook, RecipeSetup

_PLANT = "tenfold.line.simulator.plant:serve"
_STATION = "tenfold.workflows.line.simulated:serve"
_START_SECONDS = 60.0
_FAULT_SECONDS = 2.0
# Of the plant, of the station, and of this process, which kills broker and station.
PLANT_FAULTS = ("camera-cut", "frozen-picture", "plc-cut", "belt-stop", "belt-reverse")
STATION_FAULTS = ("slow-model", "clock-jump")
FAULTS = (*PLANT_FAULTS, *STATION_FAULTS, "broker-cut", "kill")
_LAST_SECONDS = 0.5
_CLOCK_SECONDS = 3600.0
# The plant holds its pictures in memory, and reads them before it starts.
_MOST_PICTURES = 400
# Counts from the photo-eye to a second one.
_EYE = 2600


@dataclass(frozen=True)
class SimulationOptions:
    """What is simulated.

    Attributes:
        pictures: labelled pictures of which up to 400 are drawn as parts; None: a hundred of CIFAR-10's test
            pictures.
        trail: where the trail is kept; None: it is thrown away.
        rate: parts a second.
        signals: what the PLC speaks: modbus or opcua.
        serve_opcua: port at which the station is an OPC UA server meanwhile; None: it is none.
        model: a model file, or the name of a bundled one; None: the default.
        faults: which of `FAULTS` come, one after the other, spread over the run.
        deadline: seconds from the photo-eye to the release.
        slip: by which share the belt's encoder moves further than the belt; below 0: less far.
        gate_eye: there is a second photo-eye, before the gate.
    """

    accepts: Sequence[str]
    pictures: Sequence[tuple[Path, str]] | None = None
    trail: Path | None = None
    parts: int = 200
    rate: float = 10.0
    model: str | None = None
    faults: Sequence[str] = ()
    deadline: float = 0.4
    least: float = 0.6
    signals: str = "modbus"
    serve_opcua: int | None = None
    slip: float = 0.0
    gate_eye: bool = False
    seed: int = 1


@dataclass
class Result:
    """The results of a simulation.

    Attributes:
        passed: that the plant let pass.
        passed_unjudged: of these, parts without a verdict in the trail, or whose pass was never released.
        rejected_late: rejected parts whose verdict came only after they had been at the gate.
        rejects_missed: parts with a verdict "reject" that passed.
        good_rejected: good parts that were rejected, for whatever reason.
        bad_passed: bad parts that passed because the model took them for good.
        verdict_ms: from the photo-eye to the verdict.
        reasons: how many parts had each reason in the trail, in which a released part may be told rejected.
        rate: parts a second that the belt reached; it is slower than asked for where the machine is too busy.
        intact: whether the trail's chain of hashes holds.
    """

    parts: int = 0
    passed: int = 0
    rejected: int = 0
    passed_unjudged: int = 0
    rejected_late: int = 0
    rejects_missed: int = 0
    trail_rows: int = 0
    good_rejected: int = 0
    bad_passed: int = 0
    verdict_ms: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    rate: float = 0.0
    intact: bool = True


def simulate(options: SimulationOptions, tell: Callable[[str], None] = lambda line: None) -> Result:
    """Run a plant and a station beside each other.

    Args:
        tell: called with a line for people when something begins.

    Raises:
        LineError: plant, station or broker cannot be started.
        UsageError: a fault needs what is not installed.
    """
    if "broker-cut" in options.faults and broker.program() is None:
        raise UsageError(
            "The fault broker-cut",
            "needs an MQTT broker, which is not installed",
            received="there is no mosquitto",
            cure="Install mosquitto, or leave the fault out.",
            reason="broker-missing",
        )
    with tempfile.TemporaryDirectory(prefix="tenfold-line-") as folder:
        run = _Run(options, Path(folder), tell)
        run.run()
        return run.result()


class _Run:
    def __init__(self, options: SimulationOptions, folder: Path, tell: Callable[[str], None]) -> None:
        self._options, self._tell, self._folder = options, tell, folder
        self._broker: broker.Mosquitto | None = None
        self._trail, self._outcomes = options.trail or folder / "trail.db", folder / "outcomes.json"
        chance = random.Random(options.seed)
        pictures = options.pictures or bundled_parts(folder)
        self._pictures = chance.sample(pictures, min(len(pictures), _MOST_PICTURES))
        self._order = [chance.randrange(len(self._pictures)) for _ in range(options.parts)]
        self._conveyor = ConveyorOptions(
            options.parts,
            options.rate,
            eye=_EYE if options.gate_eye else 0,
            slip=options.slip,
            seed=options.seed,
        )
        self._book = _book(options)
        self._seconds = self._rate = 0.0

    def run(self) -> None:
        began = time.monotonic()
        with ExitStack() as stack:
            if broker.program() is not None:
                self._broker = stack.enter_context(broker.Mosquitto(self._folder))
            plant = stack.enter_context(MessageProcess(_PLANT, limits=ProcessLimits(), nice=AHEAD))
            plant.send(
                {
                    "conveyor": asdict(self._conveyor),
                    "pictures": [str(path) for path, _ in self._pictures],
                    "order": self._order,
                    "outcomes": str(self._outcomes),
                    "signals": self._options.signals,
                }
            )
            ports = _expect(plant, lambda said: "plc" in said, "The simulated plant")
            self._faults(plant, ports)
        self._seconds = time.monotonic() - began

    def _station(self, ports: dict[str, Any]) -> MessageProcess:
        options, conveyor = self._options, self._conveyor
        setup = LineSetup(
            name="simulation",
            camera=asdict(parse(f"http://127.0.0.1:{ports['camera']}/snapshot.jpg")),
            snapshot=True,
            plant=ports["plc"],
            trigger={"kind": "plant"},
            gate=asdict(
                Gate(
                    distance=conveyor.distance,
                    window=round(0.3 * conveyor.spacing),
                    sensor=conveyor.sensor,
                    slack=round(0.3 * conveyor.spacing),
                    eye=conveyor.eye,
                )
            ),
            broker=self._broker_address(),
            outputs=[]
            if options.serve_opcua is None
            else [{"kind": "opcua-server", "port": options.serve_opcua, "simulated": True}],
            region=list(WHOLE),
            locate=True,
            deadline=options.deadline,
            within=0.4 / options.rate,
            first_parts=0,
            challenge=None,
            trail=str(self._trail),
        )
        process = MessageProcess(_STATION, limits=ProcessLimits(), nice=AHEAD)
        process.send({"setup": asdict(setup), "book": asdict(self._book)})
        return process

    def _broker_address(self) -> dict[str, Any] | None:
        if self._broker is None:
            return None
        return {"host": "127.0.0.1", "port": self._broker.port, "group": "simulation", "node": "station"}

    def _faults(self, plant: MessageProcess, ports: dict[str, Any]) -> None:
        """Cause the faults one after the other, evenly spread over the parts, until all parts have passed."""
        station = self._station(ports)
        try:
            _expect(station, _ready, "The station")
            plant.send({"do": "start", "seconds": 0})
            waiting = list(self._options.faults)
            every = self._options.parts / (len(waiting) + 1)
            while True:
                said = plant.receive(1.0) or {}
                while station.receive(0.0):  # how it does; it waits where nobody listens
                    pass
                if "done" in said:
                    self._rate = float(said["rate"])
                    if "kill" in self._options.faults:  # one that is started late records the parts it missed
                        _expect(station, _met, "The station")
                    time.sleep(_LAST_SECONDS + 1 / self._options.rate)  # the last part leaves the gate
                    return
                parts = int(said.get("parts", 0))
                if waiting and parts >= every * (len(self._options.faults) - len(waiting) + 1):
                    fault = waiting.pop(0)
                    self._tell(f"{fault} at part {parts}")
                    if fault == "kill":
                        station.kill()
                        station = self._station(ports)
                    elif fault == "broker-cut":
                        self._cut_broker()
                    elif fault in STATION_FAULTS:
                        seconds = _CLOCK_SECONDS if fault == "clock-jump" else _FAULT_SECONDS
                        station.send({"do": fault, "seconds": seconds})
                    else:
                        plant.send({"do": fault, "seconds": _FAULT_SECONDS})
        except ProcessEnded as error:
            raise LineError(
                "The simulated plant", "ended", received=str(error), reason="simulation-failed"
            ) from error
        finally:
            station.stop(5.0)
            plant.send({"do": "end", "seconds": 0})

    def _cut_broker(self) -> None:
        assert self._broker is not None
        self._broker.kill()
        again = threading.Timer(_FAULT_SECONDS, self._broker.start)
        again.daemon = True
        again.start()

    def result(self) -> Result:
        """Compare what the plant did with what the trail says."""
        accepts = self._options.accepts
        good = [self._pictures[number][1] in accepts for number in self._order]
        found = compared(self._outcomes, self._trail, self._conveyor, good)
        found.faults, found.seconds = list(self._options.faults), round(self._seconds, 1)
        found.rate = round(self._rate, 2)
        return found


def compared(outcomes: Path, trail: Path, conveyor: ConveyorOptions, good: Sequence[bool]) -> Result:
    """What a simulated plant did with each part, beside what the trail of its station says.

    Args:
        outcomes: the file that the plant wrote.
        good: of each part in turn.
    """
    found = Result(parts=conveyor.parts)
    with Trail(trail) as rows:
        verdicts = {row.part: row.body for row in rows.rows(kind="part")}
        withheld = {row.part for row in rows.rows(kind="withheld") if not row.body["released"]}
        found.intact = rows.verify() is None
        figures = statistics(rows.rows())
    found.trail_rows = len(verdicts)
    found.reasons = {"good": figures.passed, **dict(figures.reasons)}
    found.verdict_ms = dict(zip(("p50", "p99", "max"), figures.verdict_ms, strict=False))
    at_gate = 1000 * conveyor.distance / conveyor.speed
    for outcome in json.loads(outcomes.read_text()):
        part, passed = outcome["part"], outcome["passed"]
        says = verdicts.get(part, {}).get("verdict")
        found.passed += passed
        found.rejected += not passed
        found.passed_unjudged += passed and (says is None or part in withheld)
        found.rejects_missed += passed and says in ("reject", "divert")
        found.rejected_late += says != "pass" and verdicts.get(part, {}).get("verdict_ms", 0.0) > at_gate
        found.good_rejected += good[part - 1] and not passed
        found.bad_passed += passed and not good[part - 1]
    return found


def _book(options: SimulationOptions) -> RecipeBook:
    """The recipe of a simulation, checked against its model."""
    path = modelfile.locate(options.model)
    content, info = modelfile.read(path)
    region = {"name": "part", "box": list(WHOLE), "accepts": list(options.accepts)}
    values: dict[str, Any] = {"name": "simulation", "number": 1, "version": 1, "regions": [region]}
    values |= {"least": options.least, "deadline": options.deadline}
    values |= dict.fromkeys(("none_of_these", "unsure"), Verdict.REJECT)
    made = RecipeSetup(str(path), hashlib.sha256(content).hexdigest(), values)
    made.recipe().check(info.labels)
    return RecipeBook([made], current=1)


def _ready(said: dict[str, Any]) -> bool:
    status = said.get("status", {})
    if problem := status.get("recipe_problem"):
        raise LineError(
            "The station", "could not be started", received=problem["detail"], reason="simulation-failed"
        )
    return bool(status.get("state") == "ready")


def _met(said: dict[str, Any]) -> bool:
    """Whether a station that was started again has met its plant; it may fail all the same, for good."""
    return "status" in said and "restarted" not in said["status"]["faults"]


def _expect(
    process: MessageProcess, wanted: Callable[[dict[str, Any]], bool], subject: str
) -> dict[str, Any]:
    """The first message that is wanted."""
    end = time.monotonic() + _START_SECONDS
    try:
        while time.monotonic() < end:
            said = process.receive(0.5)
            if said and wanted(said):
                return said
    except ProcessEnded as error:
        raise LineError(
            subject, "could not be started", received=str(error), reason="simulation-failed"
        ) from error
    raise LineError(
        subject, "did not start in time", received=f"{_START_SECONDS:g} s", reason="simulation-failed"
    )
