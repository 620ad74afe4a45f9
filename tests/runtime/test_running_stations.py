"""Stations in a server, each in a process of its own, beside a real Modbus peer and real cameras."""

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

from tenfold.cameras.address import parse
from tenfold.line.plc.modbus import ModbusAddress
from tenfold.line.recipe import WHOLE
from tenfold.line.simulator.broker import free_port
from tenfold.line.simulator.conveyor import ConveyorOptions
from tenfold.line.stations.status import status_of
from tenfold.line.stations.tables import StationRow
from tenfold.line.trail.trail import Row, Trail
from tenfold.processes import MessageProcess, ProcessLimits
from tenfold.runtime import App
from tenfold.runtime.measures import of_app
from tenfold.runtime.services import describe
from tenfold.runtime.supervisor import ServiceFault, Supervisor
from tenfold.workflows.line.cameras import LISTED
from tenfold.workflows.line.setup import LineSetup, RecipeBook
from tests.cameras.made_clips import write_clip
from tests.line.plants import SERVE, Plant
from tests.line.plc.test_modbus_server import Peer
from tests.line.plc.test_opcua_server import Peer as Opc
from tests.line.plc.test_opcua_server import driven, job
from tests.paths import ROOT
from tests.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does"),
]
VEHICLES = ["airplane", "automobile", "ship", "truck"]
BELT = ConveyorOptions(parts=24, rate=4.0, lead=8)
# For what waits until something passed: a busy machine takes longer, and rejects what comes meanwhile.
LONG = replace(BELT, parts=400)
GATE = {"distance": BELT.distance, "window": 120, "sensor": BELT.sensor, "slack": 120}
SECONDS = 120.0


class Server:
    """The service of stations of one app, at work."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.faults: list[str] = []
        self._supervisor = Supervisor([app.jobs.worker(serving=True), app.running_stations], self._fault)
        self._supervisor.start()

    def _fault(self, error: Exception) -> ServiceFault:
        self.faults.append(str(error))
        return describe(error)

    def stop(self) -> None:
        assert self._supervisor.stop(20) == []

    def recipe(self, name: str, accepts: list[str], *, approve: bool = True) -> int:
        model = self.app.registry.register_bundled()
        row = self.app.recipes.add(name, by=0)
        region = {"name": "part", "box": list(WHOLE), "accepts": accepts}
        classes = self.app.registry.info(model.hash).labels
        self.app.recipes.add_version(row.id, by=0, model_hash=model.hash, classes=classes, regions=[region])
        if approve:
            self.app.recipes.approve(row.id, 1, by=0)
        return row.id

    def station(self, source: str, **values: Any) -> StationRow:
        address = parse(source)
        camera = {"kind": address.kind, "target": address.target, "user": "", "password": ""}
        row = self.app.stations.add("gate", camera, by=0, deadline=1.0, picture_within=0.15, **values)
        self.app.running_stations.wake()
        return row

    def state(self, row: StationRow) -> dict[str, Any]:
        running = self.app.running_stations.running(row.id)
        return running.status() if running else {}

    def fault_of(self, row: StationRow) -> str:
        now = status_of(row, self.app.running_stations.status(row))
        return " ".join(now.words) if now.phase == "off" else ""

    def rows(self, row: StationRow) -> list[Row]:
        if not self.app.trail_of(row.id).exists():
            return []
        with Trail(self.app.trail_of(row.id)) as trail:
            assert trail.verify() is None
            return list(trail.rows())

    def passed(self, row: StationRow) -> list[int | None]:
        """Parts that passed the gate, as far as the station knows."""
        gone = [one for one in self.rows(row) if one.kind == "gate"]
        return [one.part for one in gone if one.body["outcome"] == "passed"]

    def verdicts(self, row: StationRow) -> list[tuple[str, str]]:
        return [(one.body["verdict"], one.body["reason"]) for one in self.rows(row) if one.kind == "part"]


@pytest.fixture
def server(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    with App() as app:
        made = Server(app)
        yield made
        made.stop()


@pytest.fixture
def plant(tmp_path: Path, server: Server, request: pytest.FixtureRequest) -> Iterator[Plant]:
    signals, belt = getattr(request, "param", ("modbus", BELT))
    with MessageProcess(SERVE, limits=ProcessLimits()) as process:
        yield Plant(process, tmp_path, signals, belt)


def wired(plant: Plant) -> dict[str, Any]:
    return {"snapshot": True, "plant": plant.address, "trigger": {"kind": "plant"}, "gate": GATE}


@pytest.mark.quick
def test_a_station_whose_camera_left_the_list_says_so_and_starts_no_process(server: Server) -> None:
    camera = {"kind": LISTED, "target": "99", "user": "", "password": ""}
    row = server.app.stations.add("gate", camera, by=0)
    server.app.running_stations.wake()
    until(lambda: server.fault_of(row))
    assert "camera" in server.fault_of(row)
    running = server.app.running_stations.running(row.id)
    assert running is not None
    assert running.process_id is None
    assert not server.app.trail_of(row.id).exists()


@pytest.mark.long
@pytest.mark.parametrize("plant", [("modbus", LONG), ("opcua", LONG)], indirect=True, ids=itemgetter(0))
def test_a_station_of_a_real_plant_passes_what_it_judged_good_and_nothing_else(
    server: Server, plant: Plant
) -> None:
    recipe = server.recipe("vehicles", VEHICLES)
    row = server.station(plant.camera, **wired(plant), recipe_id=recipe)
    until(lambda: server.state(row).get("state") == "ready", says="it did not become ready")
    passed = plant.run(lambda: len(server.passed(row)) > 5)
    until(lambda: len(server.verdicts(row)) >= max(passed), says="a part has no verdict")
    judged = {one.part or 0: one.body["verdict"] for one in server.rows(row) if one.kind == "part"}
    assert sorted(judged) == list(range(1, len(judged) + 1)), "a part has no row"
    assert passed <= {part for part, verdict in judged.items() if verdict == "pass"}
    assert len(passed) > 5
    assert server.faults == []
    alarms = [one.body["reason"] for one in server.rows(row) if one.kind == "alarm"]
    assert "recipe" not in alarms, "it began with its recipe"
    until(
        lambda: sum(measures(server, "tenfold_station_verdicts").values()) >= max(passed), says="not counted"
    )
    assert measures(server, "tenfold_station_verdicts")["pass",] >= len(passed)
    middle, most = (measures(server, "tenfold_station_verdict_seconds")[one,] for one in ("0.5", "0.99"))
    assert 0 < middle <= most < 5
    assert 0 < measures(server, "tenfold_station_picture_age_seconds")[()] < SECONDS
    assert measures(server, "tenfold_station_state")["ready",] == 1


def measures(server: Server, name: str) -> dict[tuple[str, ...], float]:
    """Those of the one station, by the labels beside its name."""
    found = [one for one in of_app(server.app) if one.name == name]
    return {tuple(one.labels.values())[1:]: one.value for one in found if one.labels["station"] == "gate"}


@pytest.mark.long
def test_without_an_approved_recipe_everything_is_rejected_and_approval_needs_no_restart(
    server: Server, plant: Plant
) -> None:
    recipe = server.recipe("vehicles", VEHICLES, approve=False)
    row = server.station(plant.camera, **wired(plant), recipe_id=recipe)
    until(lambda: server.state(row).get("faults") == ["recipe"], says="it does not say what it lacks")
    assert "has no recipe" in str(server.state(row)["recipe_problem"])
    server.app.recipes.approve(recipe, 1, by=0)
    until(lambda: server.state(row).get("state") == "ready", says="the approved recipe is not used")
    assert server.state(row)["recipe"]["recipe"] == [1, 1]
    server.app.recipes.remove(recipe)
    until(lambda: server.state(row).get("faults") == ["recipe"], says="a removed recipe is used")
    assert plant.run() == set()
    assert len([one for one in server.rows(row) if one.kind == "start"]) == 1, "it was started anew"


@pytest.mark.long
@pytest.mark.parametrize("plant", [("modbus", LONG)], indirect=True, ids=itemgetter(0))
def test_a_station_whose_process_is_killed_comes_back_and_nothing_passes_meanwhile(
    server: Server, plant: Plant
) -> None:
    row = server.station(plant.camera, **wired(plant), recipe_id=server.recipe("vehicles", VEHICLES))
    until(lambda: server.state(row).get("state") == "ready", says="it did not become ready")
    running = server.app.running_stations.running(row.id)
    assert running is not None
    assert running.process_id is not None
    os.kill(running.process_id, signal.SIGKILL)
    until(lambda: server.fault_of(row), says="the end was not noticed")
    assert "ended" in server.fault_of(row)
    until(lambda: server.state(row).get("state") == "ready", says="it did not come back")
    assert plant.run(lambda: server.passed(row))
    assert server.faults == []


@pytest.mark.long
def test_something_that_comes_upon_a_drawn_line_is_judged(server: Server, tmp_path: Path) -> None:
    pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
    # It comes into the picture from the left within 4 s, and nothing is there for 4 s.
    clip = write_clip(tmp_path / "clip.mp4", count=200, empty=100)
    row = server.station(
        str(clip),
        trigger={"kind": "crossing", "line": [[0.5, 0.0], [0.5, 1.0]]},
        locate=False,
        recipe_id=server.recipe("vehicles", VEHICLES),
    )
    until(lambda: len(server.verdicts(row)) >= 2, says="nothing was seen")
    assert len(server.verdicts(row)) <= 4
    running = server.app.running_stations.running(row.id)
    assert running is not None
    running.take_picture()
    until(running.picture, says="nobody sees what the camera sees")


def test_a_camera_that_is_away_is_an_alarm_before_a_part_comes(server: Server) -> None:
    pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
    row = server.station("rtsp://127.0.0.1:9/live", recipe_id=server.recipe("vehicles", VEHICLES))
    until(lambda: "camera" in server.state(row).get("faults", []), says="it was not noticed")
    running = server.app.running_stations.running(row.id)
    assert running is not None
    running.trigger()
    until(lambda: server.verdicts(row) == [("reject", "camera")], says="the part was not rejected")
    until(lambda: server.state(row)["last"], says="the last verdict is not told")
    last = server.state(row)["last"]
    assert (last["part"], last["verdict"], last["reason"]) == (1, "reject", "camera")


@pytest.mark.long
def test_challenge_parts_go_before_the_first_part_that_passes(server: Server, plant: Plant) -> None:
    row = server.station(
        plant.camera,
        **wired(plant),
        recipe_id=server.recipe("vehicles", VEHICLES),
        challenge={"good": 0, "bad": 1, "hours": 8.0},
    )
    until(lambda: server.state(row).get("holds") == ["challenge"], says="it does not wait")
    running = server.app.running_stations.running(row.id)
    assert running is not None
    known = [plant.pictures[one][1] in VEHICLES for one in plant.order]
    place = known.index(False)
    running.begin_challenge(known[: place + 1], by="Olha")
    until(lambda: server.state(row).get("challenge"), says="the challenge did not begin")
    passed = plant.run()
    assert not passed & set(range(1, place + 2)), "a challenge part passed"
    assert passed or server.state(row)["holds"] == ["challenge"]
    ends = [one.body for one in server.rows(row) if one.kind == "challenge" and one.part is None]
    assert ends[0]["by"] == "Olha"
    assert bool(passed) == ends[0]["passed"]


def test_a_plc_that_asks_by_the_handshake_gets_a_verdict_for_each_part(server: Server, plant: Plant) -> None:
    place = ModbusAddress("127.0.0.1", free_port())
    row = server.station(
        plant.camera,
        snapshot=True,
        plant={"kind": "modbus-server", "host": place.host, "port": place.port},
        trigger={"kind": "plant"},
        outputs=[{"kind": "opcua-server", "port": free_port()}],
        recipe_id=server.recipe("vehicles", VEHICLES),
    )
    until(lambda: server.state(row).get("recipe"), says="it did not take its recipe")
    peer, beat = Peer(place), itertools.count()

    def reads(name: str) -> bool:
        peer.say(heartbeat=next(beat) % 65536)
        return bool(peer.read()[name])

    peer.say(enable=1)
    for part_id in (501, 502, 503):
        until(lambda: reads("ready"), says="it is not ready")
        peer.say(trigger=1, part_id=part_id)
        peer.say(trigger=0)
        until(lambda: reads("valid"), says="there is no verdict")
        told = peer.read()
        assert (told["result_part_id"], told["verdict"] in (1, 2)) == (part_id, True)
        peer.say(result_ack=1)
        peer.say(result_ack=0)
    until(lambda: len(server.verdicts(row)) == 3, says="a verdict is not in the trail")
    peer.client.close()  # type: ignore[no-untyped-call]
    assert server.fault_of(row) == ""


def test_a_plant_halts_a_station_over_opc_ua_prepares_another_recipe_and_starts_it(
    server: Server, plant: Plant
) -> None:
    port = free_port()
    first, _ = server.recipe("vehicles", VEHICLES), server.recipe("ships", ["ship"])
    wiring = wired(plant) | {"outputs": [{"kind": "opcua-server", "port": port}]}
    row = server.station(plant.camera, **wiring, recipe_id=first)
    until(lambda: server.state(row).get("state") == "ready", says="it did not become ready")

    async def drive(peer: Opc) -> None:
        await peer.by_cause(peer.automatic, "Stop")
        halted = lambda: server.state(row).get("faults") == ["halted"]  # noqa: E731
        # The client has to answer its server meanwhile.
        await asyncio.to_thread(until, halted, says="it was not halted")
        name, none = ua.RecipeIdExternalDataType(Id="ships"), ua.RecipeIdInternalDataType(Id="")
        prepared = await peer.call(peer.recipes, "PrepareRecipe", name, none)
        assert prepared[0].Id == "2"
        await peer.call(peer.automatic, "StartContinuous", *job(recipe="ships"))

    driven(f"opc.tcp://127.0.0.1:{port}/", drive)
    until(lambda: server.state(row).get("state") == "ready", says="it was not started")
    assert server.state(row)["recipe"]["recipe"] == [2, 1]


def test_a_station_that_starts_says_so_and_is_not_taken_for_one_that_hangs(tmp_path: Path) -> None:
    setup = LineSetup(
        name="gate",
        camera=asdict(parse("http://127.0.0.1:9/snapshot.jpg")),
        snapshot=True,
        plant={"kind": "none"},
        trigger={"kind": "hand"},
        gate=GATE,
        broker=None,
        outputs=[{"kind": "opcua-server", "port": free_port()}],
        region=list(WHOLE),
        locate=True,
        deadline=1.0,
        within=0.5,
        first_parts=0,
        challenge=None,
        trail=str(tmp_path / "trail.db"),
    )
    said: list[dict[str, Any]] = []

    def runs() -> bool:
        said.extend(filter(None, [process.receive(1.0)]))
        return bool(said) and "status" in said[-1]

    with MessageProcess("tenfold.workflows.line.process:serve", limits=ProcessLimits()) as process:
        process.send({"setup": asdict(setup), "book": asdict(RecipeBook([], 0))})
        until(runs, says="it did not start")
    assert said[0] == {"starting": True}
    assert [set(one) for one in said[1:-1]] == [{"starting"}] * (len(said) - 2)
