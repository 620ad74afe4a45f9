"""One server that does all at once: runs stations of simulated plants, watches cameras that send video over
RTSP, adds pictures to its catalogue, and has its page open. Knows no figures.

The plants, the cameras' senders and the browser run on the same machine, which in a plant they do not.
"""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks import served
from benchmarks.cameras.cost import CLIPS, resized
from benchmarks.record import SAMPLES
from tenfold.line.belt import Gate
from tenfold.line.recipe import WHOLE
from tenfold.line.simulator.conveyor import ConveyorOptions
from tenfold.processes import AHEAD, MessageProcess, ProcessLimits
from tenfold.workflows.line.simulate import Result, compared
from tests.cameras.conftest import RtspServer
from tests.cameras.made_clips import write_units
from tests.conftest import find_browser
from tests.environment.chromium import FLAGS, PATIENCE
from tests.line.plants import SERVE, Plant
from tests.waiting import until

STATIONS = CAMERAS = 2
# Seconds from the trigger to the release.
DEADLINE = 0.4
_SIZE = (854, 480)
_START_SECONDS, _LAST_SECONDS = 180.0, 3.0
# Counts in how many half seconds the live view shows something else, be it video or pictures.
_MOVES = """() => {
  window.moved = window.looked = 0;
  let last = "";
  setInterval(() => {
    const video = document.querySelector("dialog video"), picture = document.querySelector("dialog img");
    const now = `${video?.currentTime} ${picture?.src}`;
    window.looked += 1;
    if (now !== last) window.moved += 1;
    last = now;
  }, 500);
}"""


@dataclass
class Work:
    """What a server did beside its stations.

    Attributes:
        added: pictures that the catalogue took meanwhile.
        events: of the cameras.
        modes: what was decoded of them at the end.
        load: of the machine at the end, that of the plants, cameras and browser included.
        live: in which share of half seconds the page's live view moved.
    """

    seconds: float = 0.0
    added: int = 0
    events: int = 0
    modes: tuple[str, ...] = ()
    live: float = 0.0
    load: float = 0.0


class Server(served.Server):
    """A server with cameras and stations."""

    def watch(self, name: str, source: str) -> None:
        """Watch a camera, and wait until it sends."""
        number = self.post("/api/v1/cameras", name=name, source=source)["id"]
        runs = lambda: self.get(f"/api/v1/cameras/{number}")["state"]["phase"] == "running"  # noqa: E731
        until(runs, _START_SECONDS, says=f"{name} does not send")

    def recipe(self, accepts: tuple[str, ...]) -> int:
        """An approved recipe of the live model."""
        number = int(self.post("/api/v1/recipes", name="vehicles")["id"])
        region = {"name": "part", "box": list(WHOLE), "accepts": list(accepts)}
        versions, model = f"/api/v1/recipes/{number}/versions", self.get("/api/v1/model")["sha256"]
        self.post(versions, model=model, regions=[region])
        self.post(f"{versions}/1/approve")
        return number

    def station(self, name: str, plant: Plant, recipe: int) -> int:
        """A station of a plant; wired as `tenfold line simulate` wires its own."""
        belt = plant.belt
        window = round(0.3 * belt.spacing)
        number = int(
            self.post(
                "/api/v1/stations",
                name=name,
                source=plant.camera,
                snapshot=True,
                plant=plant.address,
                trigger={"kind": "plant"},
                gate=asdict(Gate(distance=belt.distance, window=window, sensor=belt.sensor, slack=window)),
                deadline=DEADLINE,
                picture_within=0.4 / belt.rate,
                recipe_id=recipe,
            )["id"]
        )
        ready = lambda: self.get(f"/api/v1/stations/{number}")["state"]["phase"] == "ready"  # noqa: E731
        until(ready, _START_SECONDS, says=f"{name} does not become ready")
        return number


def run(
    folder: Path, accepts: tuple[str, ...], parts: int, rate: float, pictures: int
) -> tuple[list[Result], Work]:
    """Let parts go by two stations of a server that has everything else to do; what became of each.

    Args:
        pictures: how many the catalogue is given to add; more than it adds meanwhile.
    """
    photos, home, work = folder / "photos", folder / "home", Work()
    home.mkdir()
    _pictures(photos, pictures)
    with ExitStack() as stack:
        server = Server(**vars(stack.enter_context(served.serving(home))))
        for number in range(CAMERAS):
            server.watch(f"camera {number + 1}", stack.enter_context(_camera(folder, number)))
        recipe = server.recipe(accepts)
        plants = [stack.enter_context(_plant(folder / f"plant-{n}", parts, rate)) for n in range(STATIONS)]
        stations = [server.station(f"gate {n + 1}", one, recipe) for n, one in enumerate(plants)]
        page = stack.enter_context(_pages(server.address, stations[0]))
        job = f"/api/v1/jobs/{server.post('/api/v1/catalogue/folders', path=str(photos))['id']}"
        until(lambda: _added(server.get(job)) > 0, _START_SECONDS, says="no picture is added")
        began, before = time.monotonic(), _added(server.get(job))
        page.evaluate(_MOVES)
        for plant in plants:
            plant.start()
        rates = [plant.finish(3 * parts / rate + _START_SECONDS) for plant in plants]
        told = server.get(job)
        assert told["state"] == "running", f"the catalogue had nothing to do at the end: {told}"
        work.seconds, work.added = time.monotonic() - began, _added(told) - before
        moved, looked = page.evaluate("[window.moved, window.looked]")
        work.live, work.load = moved / looked, os.getloadavg()[0]
        assert work.live > 0, "the live view stood still"
        states = [one["state"] for one in server.get("/api/v1/cameras")]
        assert all(one["phase"] == "running" for one in states), states
        work.modes = tuple(one["mode"] for one in states)
        work.events = len(server.get("/api/v1/camera-events?limit=100"))
        time.sleep(_LAST_SECONDS)  # the last verdicts are written
    found = []
    for plant, number, reached in zip(plants, stations, rates, strict=True):
        good = [plant.pictures[one][1] in accepts for one in plant.order]
        one = compared(plant.outcomes, home / "line" / f"station-{number}" / "trail.db", plant.belt, good)
        one.rate = round(reached, 2)
        found.append(one)
    return found, work


def _pictures(folder: Path, count: int) -> None:
    """Photographs of 640 x 480, no two alike."""
    folder.mkdir()
    chance = np.random.default_rng(1)
    for number in range(count):
        small = chance.integers(0, 256, (12, 16, 3), np.uint8)
        Image.fromarray(small).resize((640, 480)).save(folder / f"{number}.jpg")


@contextmanager
def _camera(folder: Path, number: int) -> Iterator[str]:
    """The address of a camera that sends a sample clip over and over."""
    clip = resized(SAMPLES / "clips" / CLIPS[number], folder / f"clip-{number}.mp4", _SIZE)
    sender = RtspServer(write_units(clip, folder / f"clip-{number}.units"))
    try:
        yield sender.url
    finally:
        sender.kill()


@contextmanager
def _plant(folder: Path, parts: int, rate: float) -> Iterator[Plant]:
    folder.mkdir()
    with MessageProcess(SERVE, limits=ProcessLimits(), nice=AHEAD) as process:
        yield Plant(process, folder, "modbus", ConveyorOptions(parts=parts, rate=rate))


@contextmanager
def _pages(address: str, station: int) -> Iterator[Page]:
    """The live view of a camera in Chromium, and beside it a station."""
    path = find_browser()
    assert path is not None, "needs Chromium"
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=FLAGS) as opened,
    ):
        expect.set_options(timeout=PATIENCE)
        opened.new_page().goto(f"{address}/line/{station}", timeout=PATIENCE)
        page = opened.new_page()
        page.goto(f"{address}/cameras", timeout=PATIENCE)
        page.get_by_role("article", name="camera 1").get_by_role("button", name="live").click()
        page.locator("dialog video.shown").wait_for(timeout=PATIENCE)
        yield page


def _added(job: dict[str, Any]) -> int:
    return int(job["done"] or 0)
