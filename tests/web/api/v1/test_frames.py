"""What a page sends of its device's camera over a WebSocket: whose, how much, and what becomes of it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from wsproto.events import BytesMessage, CloseConnection, TextMessage
from wsproto.utilities import LocalProtocolError

from tenfold import settings
from tenfold.cameras.decoder.pictures import MOST_BYTES
from tenfold.web.app import create_app
from tests.cameras.made_clips import pictures
from tests.cameras.serving import Certain
from tests.fakes import FakeApp
from tests.waiting import until
from tests.web.api.v1.test_live import Socket
from tests.web.conftest import Serve, start
from tests.web.signed_in import Staffed, staff

pytestmark = pytest.mark.slow
av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")


class Sender(Socket):
    """A client that sends pictures."""

    def send(self, jpeg: bytes) -> None:
        self._socket.sendall(self._ws.send(BytesMessage(data=jpeg)))

    def code(self) -> int:
        """With which code the connection is closed; what was taken before is passed over."""
        while isinstance(event := self.next(), TextMessage):
            pass
        assert isinstance(event, CloseConnection), event
        return event.code


Connect = Callable[..., Sender]


def jpeg_of(pixels: Any) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=85)
    return file.getvalue()


@pytest.fixture(scope="module")
def staffed(serve: Serve) -> Iterator[Staffed]:
    with staff(serve, classifier=Certain()) as made:
        yield made


def add(staffed: Staffed, name: str, source: str) -> int:
    answer = staffed.ann.post("/api/v1/cameras", json={"name": name, "source": source, "after": 1.0})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    until(lambda: staffed.running.service.app.watched_cameras.running(number))
    return number


@pytest.fixture
def camera(staffed: Staffed) -> Iterator[int]:
    """The number of a page's camera."""
    number = add(staffed, "desk", "browser:desk")
    yield number
    staffed.ann.delete(f"/api/v1/cameras/{number}")


@pytest.fixture
def connect(staffed: Staffed) -> Iterator[Connect]:
    with ExitStack() as stack:

        def one(camera: int, who: httpx.Client | None = None, **headers: str) -> Sender:
            cookies = "; ".join(f"{k}={v}" for k, v in (who.cookies if who else {}).items())
            path = f"/api/v1/cameras/{camera}/frames"
            made = Sender(staffed.running.address, path, {"Cookie": cookies, **headers})
            stack.callback(made.close)
            return made

        yield one


def state(staffed: Staffed, camera: int) -> dict[str, Any]:
    found: dict[str, Any] = staffed.vic.get(f"/api/v1/cameras/{camera}").json()["state"]
    return found


@pytest.mark.long
def test_what_moves_in_the_pictures_is_an_event_with_its_picture_and_a_clip_that_plays(
    staffed: Staffed, camera: int, connect: Connect
) -> None:
    until(lambda: [one["code"] for one in state(staffed, camera)["faults"]] == ["no-sender"])
    assert state(staffed, camera)["phase"] == "waiting"
    sender = connect(camera, staffed.olga)
    assert sender.status == 101
    begun = time.monotonic()
    # The ground for some seconds, then a block that crosses it once, five pictures a second.
    for number, pixels in enumerate(pictures(70, empty=35, speed=10, once=True)):
        sender.send(jpeg_of(pixels))
        assert isinstance(sender.next(), TextMessage)
        time.sleep(max(0.0, begun + (number + 1) / 5 - time.monotonic()))
        if number == 20:
            assert state(staffed, camera)["phase"] == "running"
            shown = staffed.vic.get(f"/api/v1/cameras/{camera}/picture", params={"wait": 5})
            assert Image.open(BytesIO(shown.content)).size == (320, 240)
    sender.close()

    def event() -> dict[str, Any] | None:
        found = staffed.vic.get("/api/v1/camera-events", params={"camera": camera}).json()
        return next((one for one in found if one["state"] != "open" and one["clip_id"]), None)

    until(event, 30)
    found = event()
    assert found is not None
    assert found["label"] == "red"
    picture = staffed.vic.get(f"/api/v1/camera-events/{found['id']}/picture")
    assert Image.open(BytesIO(picture.content)).format == "JPEG"
    app = staffed.running.service.app
    until(lambda: app.clips.get(found["clip_id"]).state == "whole", 30)
    clip = staffed.vic.get(f"/api/v1/clips/{found['clip_id']}.mp4")
    with av.open(BytesIO(clip.content)) as file:
        assert file.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in file.decode(video=0)) >= 20
    until(lambda: [one["code"] for one in state(staffed, camera)["faults"]] == ["no-sender"])
    assert state(staffed, camera)["last_frame_age"] > 1


def test_a_newer_sender_replaces_an_older_one_which_is_told(
    staffed: Staffed, camera: int, connect: Connect
) -> None:
    jpeg = jpeg_of(next(pictures(1)))
    first = connect(camera, staffed.olga)
    first.send(jpeg)
    assert isinstance(first.next(), TextMessage)
    second = connect(camera, staffed.ann)
    assert first.code() == 4001
    second.send(jpeg)
    assert isinstance(second.next(), TextMessage)


def test_ten_pictures_a_second_are_taken_at_most(staffed: Staffed, camera: int, connect: Connect) -> None:
    sender, jpeg = connect(camera, staffed.olga), jpeg_of(next(pictures(1)))
    begun = time.monotonic()
    for _ in range(10):
        sender.send(jpeg)
    for _ in range(10):
        assert isinstance(sender.next(), TextMessage)
    assert time.monotonic() - begun > 0.95


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xff\xd8\xff" + bytes(MOST_BYTES), 1009), (b"GIF89a", 1003), (b"", 1003)],
    ids=["too large", "no JPEG", "nothing"],
)
def test_what_is_no_picture_of_a_camera_ends_the_connection(
    staffed: Staffed, camera: int, connect: Connect, content: bytes, code: int
) -> None:
    sender = connect(camera, staffed.olga)
    sender.send(content)
    assert sender.code() == code


@pytest.mark.parametrize(
    ("who", "headers", "status", "code"),
    [
        (None, {}, 401, "login-needed"),
        ("vic", {}, 403, "not-allowed"),
        ("olga", {"Origin": "https://evil.example"}, 403, "foreign-page"),
        ("olga", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket"}, 403, "foreign-page"),
        ("olga", {"Origin": ""}, 403, "not-allowed"),
        ("olga", {"Host": "evil.example", "Origin": "http://evil.example"}, 421, "wrong-host"),
    ],
    ids=str,
)
def test_who_may_not_send_is_refused(
    staffed: Staffed,
    camera: int,
    connect: Connect,
    who: str | None,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    refused = connect(camera, getattr(staffed, who) if who else None, **headers)
    assert (refused.status, refused.answer["code"]) == (status, code)


def test_a_program_sends_with_a_token(staffed: Staffed, camera: int, connect: Connect) -> None:
    sender = connect(camera, Authorization=f"Bearer {staffed.token('olga', 'operator')}", Origin="")
    assert sender.status == 101


def test_a_camera_that_sends_itself_takes_no_pictures_and_one_that_is_paused_neither(
    staffed: Staffed, camera: int, connect: Connect
) -> None:
    body = {"name": "door", "source": "rtsp://127.0.0.1:9/live", "untested": True}
    door = staffed.ann.post("/api/v1/cameras", json=body).json()["id"]
    refused = connect(door, staffed.olga)
    assert (refused.status, refused.answer["detail"][:32]) == (422, "The camera door sends its pictur")
    staffed.ann.delete(f"/api/v1/cameras/{door}")
    sender = connect(camera, staffed.olga)
    staffed.ann.post(f"/api/v1/cameras/{camera}/pause")
    assert sender.code() == 1001
    assert connect(camera, staffed.olga).code() == 1001


def test_a_sender_is_told_that_the_camera_was_removed(staffed: Staffed, connect: Connect) -> None:
    number = add(staffed, "gone", "browser:gone")
    sender = connect(number, staffed.olga)
    staffed.ann.delete(f"/api/v1/cameras/{number}")
    assert sender.code() == 4004


def test_who_is_signed_out_sends_no_more(
    staffed: Staffed, camera: int, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.web.api.v1.cameras.frames._SECONDS_BETWEEN_CHECKS", 0.2)
    with staffed.sign_in("olga") as client:
        sender = connect(camera, client)
        client.delete("/api/v1/session")
    assert sender.code() == 1008


def test_a_camera_that_is_changed_while_a_page_sends_goes_on_or_lets_it_come_back(
    staffed: Staffed, camera: int, connect: Connect
) -> None:
    jpegs, stop, codes = [jpeg_of(one) for one in islice(pictures(20), 20)], threading.Event(), list[Any]()

    def send() -> None:
        """As the page does: where the connection ends it begins anew."""
        while not stop.is_set():
            sender = connect(camera, staffed.olga)
            for number in range(10_000):
                if stop.wait(0.1) or sender.status != 101:
                    break
                with suppress(LocalProtocolError):  # it was closed meanwhile: why is what comes next
                    sender.send(jpegs[number % 20])
                if not isinstance(event := sender.next(), TextMessage):
                    codes.append(getattr(event, "code", None))
                    break

    thread = threading.Thread(daemon=True, target=send)
    thread.start()
    watched = staffed.running.service.app.watched_cameras
    try:
        until(lambda: state(staffed, camera)["phase"] == "running")
        before = watched.running(camera)
        staffed.ann.patch(f"/api/v1/cameras/{camera}", json={"after": 2.0})
        until(lambda: watched.running(camera) not in (before, None))
        until(lambda: state(staffed, camera)["phase"] == "running")
    finally:
        stop.set()
        thread.join()
    assert set(codes) <= {1001, None}


@pytest.mark.quick
def test_what_a_page_sends_needs_no_try_and_a_try_says_what_is_needed(staffed: Staffed) -> None:
    tried = staffed.ann.post("/api/v1/cameras/test", json={"source": "browser:desk"})
    assert (tried.status_code, tried.json()["reason"]) == (400, "source-page")
    assert "press Send this device's camera" in tried.json()["detail"]
    number = add(staffed, "tablet", "browser:tablet")
    said = staffed.vic.get(f"/api/v1/cameras/{number}").json()
    assert (said["kind"], said["address"]) == ("browser", "browser:tablet")
    staffed.ann.delete(f"/api/v1/cameras/{number}")


def test_a_server_that_stops_does_not_wait_for_a_page_that_sends(tmp_path: Path) -> None:
    app = FakeApp(settings.load().model_copy(update={"home": tmp_path}), Certain())
    server, thread, port = start(create_app(app, page=tmp_path / "not-built"))
    address, jpeg = f"http://127.0.0.1:{port}", jpeg_of(next(pictures(1)))
    number = httpx.post(
        f"{address}/api/v1/cameras",
        json={"name": "desk", "source": "browser:desk"},
        trust_env=False,
        timeout=60,
    ).json()["id"]
    until(lambda: app.watched_cameras.running(number))
    sender = Sender(address, f"/api/v1/cameras/{number}/frames", {})
    sender.send(jpeg)
    assert isinstance(sender.next(), TextMessage)
    sender.send(jpeg)
    begun = time.monotonic()
    server.should_exit = True
    thread.join(20)
    assert time.monotonic() - begun < 8
    assert sender.code() == 1012
    sender.close()
    app.close()
