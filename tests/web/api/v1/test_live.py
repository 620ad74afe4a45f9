"""A camera's pictures over a WebSocket: for whom, from which page, how many; nobody holds up others."""

import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)

from tenfold.cameras.boxes import Box
from tenfold.cameras.crops import jpeg
from tenfold.cameras.decoder.process import Segment
from tenfold.cameras.frames import Frame
from tenfold.cameras.picture import RgbPicture
from tenfold.cameras.sources import CopiedVideo
from tenfold.workflows.watch_cameras import live
from tests.waiting import until
from tests.web.signed_in import Staffed

HEIGHT, WIDTH = 720, 1280


class Socket:
    """A WebSocket client.

    Attributes:
        status: of the handshake: 101 where it was accepted.
        answer: to one that was refused.
    """

    def __init__(
        self, address: str, path: str, headers: dict[str, str], trusting: ssl.SSLContext | None = None
    ) -> None:
        host, name = headers.pop("Host", urlsplit(address).netloc), urlsplit(address).hostname
        self._socket = socket.create_connection((name, urlsplit(address).port), timeout=10)
        if trusting is not None:
            self._socket = trusting.wrap_socket(self._socket, server_hostname=name)
        self._ws = WSConnection(ConnectionType.CLIENT)
        self._events: list[Event] = []
        own = {"Origin": address} | headers
        sent = [(name.encode(), value.encode()) for name, value in own.items() if value]
        self._socket.sendall(self._ws.send(Request(host=host, target=path, extra_headers=sent)))
        first = self.next()
        self.status = 101 if isinstance(first, AcceptConnection) else getattr(first, "status_code", 0)
        self.answer: dict[str, Any] = {}
        if isinstance(first, RejectConnection) and first.has_body:
            body = b""
            while isinstance(part := self.next(), RejectData):
                body += part.data
                if part.body_finished:
                    break
            self.answer = json.loads(body or b"{}")

    def next(self, seconds: float = 10) -> Event | None:
        """None at the end; raises TimeoutError where nothing comes."""
        self._socket.settimeout(seconds)
        while not self._events:
            data = self._socket.recv(1 << 16)
            self._ws.receive_data(data or None)
            self._events = list(self._ws.events())
            if not data and not self._events:
                return None
        return self._events.pop(0)

    def picture(self) -> tuple[dict[str, Any], bytes]:
        """The next picture and what is said of it."""
        said, content = "", b""
        while True:
            event = self.next()
            assert isinstance(event, TextMessage | BytesMessage), event
            if isinstance(event, TextMessage):
                said += event.data
            else:
                content += event.data
                if event.message_finished:
                    return json.loads(said), content

    def say(self) -> None:
        self._socket.sendall(self._ws.send(Message(data="")))

    def close(self) -> None:
        self._socket.close()


class Filmed:
    """Stands in for what watches a camera: pictures of noise, twenty a second."""

    def __init__(self) -> None:
        self.live = live.LiveView()
        self.video: CopiedVideo | None = None
        self.stop = threading.Event()

    def run(self) -> None:
        random, number = np.random.default_rng(0), 0
        pixels = random.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
        while not self.stop.wait(0.05):
            number += 1
            frame = Frame(RgbPicture(pixels), time.time(), number, True)
            self.live.show(frame, [(3, Box(WIDTH / 2, 0, WIDTH / 4, HEIGHT), "dog")])


@contextmanager
def filming() -> Iterator[Filmed]:
    filmed = Filmed()
    thread = threading.Thread(daemon=True, target=filmed.run)
    thread.start()
    try:
        yield filmed
    finally:
        filmed.stop.set()
        thread.join()


@pytest.fixture
def camera(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The number of a camera that is filmed."""
    body = {"name": "door", "source": "rtsp://127.0.0.1:9/live", "untested": True}
    number = staffed.ann.post("/api/v1/cameras", json=body).json()["id"]
    with filming() as filmed:
        watched = staffed.running.service.app.watched_cameras
        monkeypatch.setattr(watched, "running", lambda one: filmed if one == number else None)
        yield number
        monkeypatch.undo()
    staffed.ann.delete(f"/api/v1/cameras/{number}")


@pytest.fixture
def connect(staffed: Staffed) -> Iterator[Any]:
    with ExitStack() as stack:

        def one(path: str, who: Any = None, **headers: str) -> Socket:
            cookies = "; ".join(f"{k}={v}" for k, v in (who.cookies if who else {}).items())
            made = Socket(staffed.running.address, path, {"Cookie": cookies, **headers})
            stack.callback(made.close)
            return made

        yield one


def test_a_viewer_sees_pictures_with_boxes_each_newer_than_the_last(
    staffed: Staffed, camera: int, connect: Any
) -> None:
    one = connect(f"/api/v1/cameras/{camera}/live", staffed.vic)
    assert one.status == 101
    numbers, began = [], time.monotonic()
    for _ in range(6):
        said, content = one.picture()
        numbers.append(said["number"])
        assert content[:2] == b"\xff\xd8"
        assert said["boxes"] == [{"track": 3, "box": [0.5, 0.0, 0.25, 1.0], "class": "dog"}]
        assert time.time() - said["time"] < 1.0
        one.say()
    assert numbers == sorted(set(numbers))
    assert time.monotonic() - began > 5 * 0.15  # five a second at most


@pytest.mark.slow
def test_whoever_does_not_answer_gets_the_newest_when_they_do_and_holds_nobody_up(
    staffed: Staffed, camera: int, connect: Any
) -> None:
    slow = connect(f"/api/v1/cameras/{camera}/live", staffed.vic)
    quick = connect(f"/api/v1/cameras/{camera}/live", staffed.vic)
    for _ in range(2):
        slow.picture()
    seen = 0
    ends = time.monotonic() + 2.5
    while time.monotonic() < ends:
        quick.picture()
        quick.say()
        seen += 1
    assert seen >= 8
    slow.say()
    said, _ = slow.picture()
    assert time.time() - said["time"] < 1.0


def test_a_picture_is_encoded_once_for_all(
    staffed: Staffed, camera: int, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []

    def counted(*arguments: Any, **options: Any) -> bytes:
        encoded.append(1)
        return jpeg(*arguments, **options)

    monkeypatch.setattr(live, "jpeg", counted)
    viewers = [connect(f"/api/v1/cameras/{camera}/live", staffed.vic) for _ in range(4)]
    taken: set[int] = set()
    for _ in range(5):
        for one in viewers:
            taken.add(one.picture()[0]["number"])
            one.say()
    assert len(encoded) <= len(taken) + 2


@pytest.mark.parametrize(
    ("who", "headers", "status", "code"),
    [
        (None, {}, 401, "login-needed"),
        (None, {"Authorization": "Bearer tenfold_x"}, 401, "login-refused"),
        ("vic", {"Origin": "https://evil.example"}, 403, "foreign-page"),
        ("vic", {"Origin": "null"}, 403, "foreign-page"),
        ("vic", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket"}, 403, "foreign-page"),
        ("vic", {"Origin": ""}, 403, "not-allowed"),
        ("vic", {"Host": "evil.example", "Origin": "http://evil.example"}, 421, "wrong-host"),
    ],
    ids=str,
)
def test_who_may_not_look_is_refused_before_anything_is_sent(
    staffed: Staffed,
    camera: int,
    connect: Any,
    who: str | None,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    client = getattr(staffed, who) if who else None
    refused = connect(f"/api/v1/cameras/{camera}/live", client, **headers)
    assert (refused.status, refused.answer["code"]) == (status, code)


def test_a_program_looks_with_a_token(staffed: Staffed, camera: int, connect: Any) -> None:
    token = staffed.token("vic", "viewer")
    path = f"/api/v1/cameras/{camera}/live"
    assert connect(path, Authorization=f"Bearer {token}", Origin="").status == 101


@pytest.mark.parametrize("path", ["/api/v1/cameras/999/live", "/api/v1/cameras/x/live", "/", "/docs", "/x"])
def test_what_is_no_camera_is_refused(staffed: Staffed, connect: Any, path: str) -> None:
    assert connect(path, staffed.vic).status in (403, 404)


def test_so_many_see_a_camera_at_once_and_whoever_leaves_makes_room(
    staffed: Staffed, camera: int, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = staffed.running.service
    until(lambda: not service.viewers.used, seconds=10)
    monkeypatch.setattr(service.viewers, "limit", 8)
    most = max(1, 8 * service.settings.client_percent // 100)
    path = f"/api/v1/cameras/{camera}/live"
    viewers = [connect(path, staffed.vic) for _ in range(most)]
    assert {one.status for one in viewers} == {101}
    assert connect(path, staffed.vic).status == 503
    viewers[0].close()
    ends = time.monotonic() + 10
    while connect(path, staffed.vic).status != 101:
        assert time.monotonic() < ends


def test_who_is_signed_out_sees_no_more(
    staffed: Staffed, camera: int, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.web.api.v1.cameras.live._SECONDS_BETWEEN_CHECKS", 0.2)
    with staffed.sign_in("vic") as client:
        one = connect(f"/api/v1/cameras/{camera}/live", client)
        one.picture()
        one.say()
        client.delete("/api/v1/session")
    event: Event | None = None
    for _ in range(200):
        event = one.next()
        if event is None or isinstance(event, CloseConnection):
            break
        one.say()
    assert isinstance(event, CloseConnection)
    assert event.code == 1008


@pytest.mark.parametrize(("removed", "code"), [(False, 1001), (True, 4004)])
def test_a_viewer_is_told_whether_a_camera_that_is_watched_no_more_was_removed(
    staffed: Staffed,
    camera: int,
    connect: Any,
    monkeypatch: pytest.MonkeyPatch,
    removed: bool,
    code: int,
) -> None:
    viewer = connect(f"/api/v1/cameras/{camera}/live", staffed.ann)
    viewer.picture()
    if removed:
        staffed.ann.delete(f"/api/v1/cameras/{camera}")
    monkeypatch.setattr(staffed.running.service.app.watched_cameras, "running", lambda one: None)
    while not isinstance(event := viewer.next(), CloseConnection):
        viewer.say()
    assert event.code == code


def test_a_viewer_goes_on_with_a_camera_whose_pictures_are_counted_anew(
    staffed: Staffed, camera: int, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a camera was changed: something else watches it."""
    viewer = connect(f"/api/v1/cameras/{camera}/live", staffed.ann)
    while viewer.picture()[0]["number"] < 20:
        viewer.say()
    watched = staffed.running.service.app.watched_cameras
    with filming() as again:
        monkeypatch.setattr(watched, "running", lambda one: again)
        numbers = []
        for _ in range(4):
            viewer.say()
            numbers.append(viewer.picture()[0]["number"])
    assert min(numbers) < 20
    assert numbers[-1] > numbers[-2]


VIDEO = b"v" * 1000


class Copying:
    """Stands in for a camera's decoder: a fragment twenty times a second, a key frame each second."""

    def __init__(self, filmed: Filmed) -> None:
        self.video = filmed.video = CopiedVideo()
        self.stop = threading.Event()

    def run(self) -> None:
        self.video.take(Segment(b"head", codec="avc1.42c00d"))
        number = 0
        while not self.stop.wait(0.05):
            segment = Segment(VIDEO, key=number % 20 == 0, time=time.time(), at=number / 20)
            self.video.take(segment)
            number += 1


@contextmanager
def copying(filmed: Filmed) -> Iterator[Copying]:
    made = Copying(filmed)
    thread = threading.Thread(daemon=True, target=made.run)
    thread.start()
    try:
        yield made
    finally:
        made.stop.set()
        thread.join()


def filmed_by(staffed: Staffed, camera: int) -> Any:
    return staffed.running.service.app.watched_cameras.running(camera)


class Watcher:
    """Takes what is sent to a viewer: JSON, and what follows it; boxes have no bytes."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self._text, self._content = "", b""
        self._said: dict[str, Any] = {}

    def take(self, seconds: float, answer: bool = True) -> list[tuple[dict[str, Any], bytes]]:
        """What comes within some seconds."""
        found: list[tuple[dict[str, Any], bytes]] = []
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            try:
                event = self.socket.next(left)
            except TimeoutError:
                break
            if isinstance(event, TextMessage):
                self._text += event.data
                if event.message_finished:
                    self._said, self._text = json.loads(self._text), ""
                    if self._said["kind"] == "boxes":
                        found.append((self._said, b""))
                continue
            assert isinstance(event, BytesMessage), event
            self._content += event.data
            if event.message_finished:
                found.append((self._said, self._content))
                self._content = b""
                if answer:
                    self.socket.say()
        return found

    def kinds(self, seconds: float) -> set[str]:
        return {said["kind"] for said, _ in self.take(seconds)}


@pytest.mark.slow
def test_video_is_sent_as_it_comes_with_what_moves_and_no_picture_is_encoded(
    staffed: Staffed, camera: int, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with copying(filmed_by(staffed, camera)) as copied:
        one = Watcher(connect(f"/api/v1/cameras/{camera}/live?video=true", staffed.vic))
        found = one.take(1.0)
        assert copied.video.wanted
        monkeypatch.setattr(live, "jpeg", None)  # it would fail
        found += one.take(2.0)
        parts = [(said, content) for said, content in found if said["kind"] == "video"]
        assert (parts[0][0]["codec"], parts[0][1][:5]) == ("avc1.42c00d", b"headv")
        assert {said["codec"] for said, _ in parts[1:]} == {""}
        assert sum(len(content) for _, content in parts) >= 45 * len(VIDEO)
        boxes = [said for said, _ in found if said["kind"] == "boxes"]
        assert 12 <= len(boxes) <= 31, "ten a second at most"
        assert boxes[-1]["boxes"] == [{"track": 3, "box": [0.5, 0.0, 0.25, 1.0], "class": "dog"}]
        one.socket.close()
        ends = time.monotonic() + 10
        while copied.video.wanted:
            assert time.monotonic() < ends
            time.sleep(0.05)


@pytest.mark.slow
def test_whoever_does_not_answer_goes_on_with_a_newer_key_frame_and_holds_nobody_up(
    staffed: Staffed, camera: int, connect: Any
) -> None:
    path = f"/api/v1/cameras/{camera}/live?video=true"
    with copying(filmed_by(staffed, camera)):
        slow, quick = (Watcher(connect(path, staffed.vic)) for _ in range(2))
        unanswered = slow.take(0.7, answer=False)
        seen = [content for said, content in quick.take(4.0) if said["kind"] == "video"]
        assert sum(len(content) for content in seen) >= 70 * len(VIDEO)
        for _ in range(8):
            slow.socket.say()
        times = [said["at"] for said, _ in unanswered + slow.take(1.0) if said["kind"] == "video"]
        skipped = max(after - before for before, after in pairwise(times))
        assert skipped > 1.5
        assert min(at % 1.0 for at, before in zip(times[1:], times, strict=False) if at - before > 1.5) == 0.0


@pytest.mark.slow
def test_pictures_are_sent_where_nobody_asks_for_video_or_there_is_none(
    staffed: Staffed, camera: int, connect: Any
) -> None:
    path = f"/api/v1/cameras/{camera}/live"
    one = Watcher(connect(f"{path}?video=true", staffed.vic))
    assert one.kinds(0.7) == {"picture"}
    with copying(filmed_by(staffed, camera)):
        assert Watcher(connect(path, staffed.vic)).kinds(0.7) == {"picture"}


@pytest.mark.slow
def test_whoever_sees_video_sees_none_any_more_when_something_is_masked(
    staffed: Staffed, camera: int, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What watches a camera with masks has no video."""
    watched = staffed.running.service.app.watched_cameras
    with copying(filmed_by(staffed, camera)) as copied:
        one = Watcher(connect(f"/api/v1/cameras/{camera}/live?video=true", staffed.vic))
        assert "video" in one.kinds(0.7)
        with filming() as again:
            monkeypatch.setattr(watched, "running", lambda one: again)
            one.take(0.3)
            assert one.kinds(0.7) == {"picture"}
            assert not copied.video.wanted


def test_who_sees_video_counts_as_who_sees_pictures(
    staffed: Staffed, camera: int, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = staffed.running.service
    until(lambda: not service.viewers.used, seconds=10)
    monkeypatch.setattr(service.viewers, "limit", 1)
    path = f"/api/v1/cameras/{camera}/live"
    assert connect(path, staffed.vic).status == 101
    assert connect(f"{path}?video=true", staffed.vic).status == 503
    assert connect(f"{path}?video=true").status == 401


@pytest.mark.long
@pytest.mark.slow
def test_the_video_of_a_real_camera_plays_until_a_mask_is_drawn(
    staffed: Staffed, connect: Any, tmp_path: Path
) -> None:
    av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
    from tests.cameras.conftest import RtspServer, need_rtsp
    from tests.cameras.made_clips import number_in, write_clip, write_units

    need_rtsp()
    server = RtspServer(write_units(write_clip(tmp_path / "clip.mp4"), tmp_path / "clip.units"))
    body = {"name": "gate", "source": server.url}
    made = staffed.ann.post("/api/v1/cameras", json=body)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    path = f"/api/v1/cameras/{number}"
    try:
        until(lambda: filmed_by(staffed, number))
        one = Watcher(connect(f"{path}/live?video=true", staffed.vic))
        video, ends = b"", time.monotonic() + 20
        while len(video) < 100_000:
            assert time.monotonic() < ends
            video += b"".join(content for said, content in one.take(0.5) if said["kind"] == "video")
        with av.open(io.BytesIO(video)) as file:
            numbers = [number_in(frame.to_ndarray(format="rgb24")) for frame in file.decode(video=0)]
        assert len(numbers) > 20
        assert all((after - before) % 100 == 1 for before, after in pairwise(numbers))
        before = filmed_by(staffed, number)
        mask = {"name": "street", "corners": [[0, 0], [0.5, 0], [0.5, 1]]}
        assert staffed.ann.patch(path, json={"masks": [mask]}).status_code == 200
        until(lambda: filmed_by(staffed, number) not in (None, before))
        one = Watcher(connect(f"{path}/live?video=true", staffed.vic))
        until(lambda: one.kinds(0.5))
        assert one.kinds(3.0) == {"picture"}
    finally:
        staffed.ann.delete(path)
        server.kill()
