"""A station's camera: tried as `tenfold camera test` tries it, and taken from the list of cameras."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenfold.cameras import sources
from tenfold.cameras.address import parse
from tenfold.cameras.cameras import Cameras
from tenfold.database import Database
from tenfold.errors import CameraError, UnknownCamera, UsageError
from tenfold.line.stations.orders import Orders
from tenfold.line.stations.recipes import Recipes
from tenfold.line.stations.stations import Stations
from tenfold.workflows.line.cameras import camera_of, described, station_camera, try_camera, words_of
from tenfold.workflows.line.running import RunningStation
from tests.environment.web_server import QuietHandler, answering
from tests.fakes import RED, picture

LOGIN = {"user": "", "password": ""}


class Process:
    """A station's process that takes all that it is told."""

    def send(self, message: dict[str, Any]) -> None:
        """Do nothing."""


class Snapshots(QuietHandler):
    """A camera that is asked for pictures; at /locked it wants a password."""

    def do_GET(self) -> None:
        self.answer(picture(RED), "image/png", 401 if self.path == "/locked" else 200)


@pytest.fixture
def camera() -> Iterator[str]:
    with answering(Snapshots) as address:
        yield address


def test_a_camera_that_is_asked_for_pictures_is_tried_so(camera: str) -> None:
    facts = try_camera(parse(f"{camera}/snap.png"), snapshot=True)
    assert words_of(facts, snapshot=True).startswith("a picture when it is asked, ")
    with pytest.raises(CameraError, match="a single picture, not a video"):
        try_camera(parse(f"{camera}/snap.png"), snapshot=False)


@pytest.mark.slow
@pytest.mark.parametrize("snapshot", [False, True])
def test_what_is_wrong_is_said_in_the_words_of_camera_test(camera: str, snapshot: bool) -> None:
    for address in (parse(f"{camera}/locked"), parse("http://127.0.0.1:9/snap.jpg")):
        with pytest.raises(CameraError) as tested:
            sources.probe(address)
        with pytest.raises(CameraError) as tried:
            try_camera(address, snapshot=snapshot)
        assert str(tried.value) == str(tested.value)


def test_a_stream_is_no_camera_that_is_asked_for_pictures(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(picture(RED))
    assert try_camera(parse(str(tmp_path)), snapshot=False).words.startswith("a recording")
    with pytest.raises(CameraError, match="is a stream, not a picture"):
        try_camera(parse(str(tmp_path)), snapshot=True)


def test_a_camera_of_the_list_lends_its_address_and_login(database: Database) -> None:
    cameras, stations = Cameras(database), Stations(database)
    listed = parse("rtsp://ann:s3cret@10.0.0.5/live")
    number = cameras.add("door", listed, by=0).id
    kept = station_camera("camera:door", cameras, **LOGIN)
    assert kept == station_camera(f"camera: {number}", cameras, **LOGIN)
    row = stations.add("gate", {"kind": kept.kind, "target": kept.target, **LOGIN}, by=0)
    assert (camera_of(row, cameras), described(row, cameras)) == (listed, "camera:door")
    with pytest.raises(UsageError, match="has its own user and password"):
        station_camera("camera:door", cameras, user="ann", password="")
    with pytest.raises(UnknownCamera):
        station_camera("camera:hall", cameras, **LOGIN)
    cameras.remove(number)
    assert described(row, cameras) == f"camera:{number}"
    with pytest.raises(UnknownCamera):
        camera_of(row, cameras)


def test_a_page_s_camera_of_the_list_is_none_for_a_station(database: Database) -> None:
    cameras = Cameras(database)
    cameras.add("desk", parse("browser:desk"), by=0)
    with pytest.raises(CameraError, match="The camera desk is no camera that a station can look through"):
        station_camera("camera:desk", cameras, **LOGIN)


def test_a_station_starts_anew_where_the_list_has_another_address_for_its_camera(
    database: Database, tmp_path: Path
) -> None:
    cameras, stations = Cameras(database), Stations(database)
    listed = cameras.add("door", parse("rtsp://10.0.0.5/live"), by=0)
    row = stations.add("gate", {"kind": "camera", "target": str(listed.id), **LOGIN}, by=0)
    registry: Any = None
    running = RunningStation(
        row, tmp_path / "trail.db", stations, Orders(database), Recipes(database), cameras, registry
    )
    process: Any = Process()
    running._process, running._camera = process, camera_of(row, cameras)
    running.tend()
    assert stations.get(row.id).changed_at == row.changed_at
    cameras.change(listed.id, address=parse("rtsp://10.0.0.6/live"))
    running.tend()
    assert stations.get(row.id).changed_at > row.changed_at
