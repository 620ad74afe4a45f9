"""A probe decodes a picture or says in words what is wrong; no success for a wrong address, no password."""

import json
import math
import os
import socket
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from statistics import median

import av
import pytest
from click.testing import CliRunner
from PIL import Image

from tenfold import cli
from tenfold.cameras.sources import Camera, open_source, parse, probe
from tenfold.errors import CameraError
from tests.cameras.conftest import RtspServer
from tests.cameras.made_clips import number_in, pictures
from tests.environment.web_server import QuietHandler, answering


def refused(address: str, *, seconds: float = 10) -> CameraError:
    with pytest.raises(CameraError) as error:
        probe(parse(address), seconds=seconds)
    assert "SECRET" not in str(error.value)
    assert error.value.cure
    return error.value


def jpegs(count: int) -> list[bytes]:
    made = []
    for pixels in pictures(count):
        file = BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=90)
        made.append(file.getvalue())
    return made


class Handler(QuietHandler):
    """A web server that has an MJPEG stream, a picture, a page, a playlist's files, and every refusal."""

    folder = Path()
    stop = threading.Event()

    def do_GET(self) -> None:
        name = self.path.strip("/")
        if name.isdecimal():
            self.send_error(int(name))
        elif name == "mjpeg":
            self._mjpeg()
        elif name == "page":
            self.answer(b"<!doctype html><html>hello</html>", "text/html")
        elif name == "picture":
            self.answer(jpegs(1)[0], "image/jpeg")
        else:
            self.answer((self.folder / name).read_bytes(), "application/octet-stream")

    def _mjpeg(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        made = jpegs(50)
        number = 0
        while not self.stop.wait(0.04):
            part = made[number % 50]
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(part)}\r\n\r\n"
            number += 1
            try:
                self.wfile.write(head.encode() + part + b"\r\n")
            except OSError:
                return


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server's address; it serves the files of `tmp_path`."""
    Handler.folder = tmp_path
    Handler.stop.clear()
    with answering(Handler) as address:
        yield address
        Handler.stop.set()


@contextmanager
def silent_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_where_nothing_listens_refuses() -> None:
    with silent_server() as port:
        pass
    for scheme in ("rtsp", "http"):
        assert refused(f"{scheme}://admin:SECRET@127.0.0.1:{port}/live").reason == "refused"


def test_a_host_that_does_not_exist_is_named() -> None:
    error = refused("rtsp://admin:SECRET@camera.invalid/live")
    assert (error.reason, error.subject) == ("no-host", "rtsp://camera.invalid/live")


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_server_that_is_silent_does_not_answer(scheme: str) -> None:
    with silent_server() as port:
        assert refused(f"{scheme}://admin:SECRET@127.0.0.1:{port}/live").reason == "timeout"


@pytest.mark.slow
def test_a_probe_takes_no_longer_than_it_may() -> None:
    with silent_server() as port:
        began = time.monotonic()
        error = refused(f"rtsp://127.0.0.1:{port}/live", seconds=1)
        assert error.reason in ("timeout", "machine-busy")  # on a busy machine no decoder may start by then
        assert time.monotonic() - began < 4  # and one that hangs is killed


def test_of_a_camera_that_this_machine_was_too_busy_to_look_at_nothing_is_said() -> None:
    with silent_server() as port:
        error = refused(f"rtsp://127.0.0.1:{port}/live", seconds=0.01)
    assert error.reason == "machine-busy"
    assert "this machine is too busy" in str(error)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "reason", "words"),
    [
        ("401", "wrong-password", "asks for a user and a password"),
        ("403", "wrong-password", "asks for a user"),
        ("404", "no-stream", "does not exist there"),
        ("500", "unreachable", "its server reports an error"),
        ("page", "no-video", "it is an HTML page"),
        ("picture", "no-video", "single picture"),
    ],
)
def test_what_a_web_server_answers_is_told(web: str, path: str, reason: str, words: str) -> None:
    error = refused(f"{web}/{path}")
    assert error.reason == reason
    assert words in str(error)


def test_another_protocol_is_told(web: str) -> None:
    assert refused(web.replace("http", "rtsp") + "/live").reason in ("no-video", "unreachable")


@pytest.mark.slow
def test_an_rtsp_server_is_asked_with_a_password_of_any_letters(rtsp: Callable[..., RtspServer]) -> None:
    server = rtsp("--user", "admin", "--password", "s@c/r#t 50%")
    place = server.url.removeprefix("rtsp://")
    assert probe(parse(server.url, user="admin", password="s@c/r#t 50%")).width == 320
    assert probe(parse(f"rtsp://admin:s@c/r#t 50%@{place}")).codec == "h264"
    assert "asks for a user" in str(refused(server.url))
    error = refused(f"rtsp://admin:SECRET@{place}")
    assert (error.reason, error.problem) == ("wrong-password", "refuses the user or the password")


@pytest.mark.slow
def test_an_rtsp_server_without_that_stream_or_without_video_is_told(
    rtsp: Callable[..., RtspServer],
) -> None:
    assert refused(rtsp().url + "x").reason == "no-stream"
    assert refused(rtsp("--no-video").url).reason == "sound-only"


def files(folder: Path, clip: Path) -> dict[str, tuple[Path, str]]:
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000))
    content = clip.read_bytes()
    Image.new("RGB", (64, 64), "red").save(folder / "picture.jpg")
    (folder / "notes.txt").write_text("hello\n" * 100)
    (folder / "empty.mp4").touch()
    (folder / "cut.mp4").write_bytes(content[: len(content) // 2])
    (folder / "other.mp4").write_bytes(content.replace(b"avc1", b"zzz1"))
    (folder / "noise.mp4").write_bytes(os.urandom(50_000))
    return {
        "sound": (folder / "sound.wav", "sound-only"),
        "picture": (folder / "picture.jpg", "no-video"),
        "text": (folder / "notes.txt", "text"),
        "empty": (folder / "empty.mp4", "empty"),
        "cut off": (folder / "cut.mp4", "video"),
        "codec": (folder / "other.mp4", "codec"),
        "noise": (folder / "noise.mp4", "no-video"),
        "missing": (folder / "missing.mp4", "missing"),
        "device": (Path("/dev/zero"), "no-video"),
    }


@pytest.mark.slow
def test_a_file_that_is_no_video_is_told(tmp_path: Path, clip: Path) -> None:
    made = files(tmp_path, clip)
    assert {name: refused(str(path)).reason for name, (path, _) in made.items()} == {
        name: reason for name, (_, reason) in made.items()
    }


def test_a_camera_that_is_not_plugged_in_is_told() -> None:
    assert refused("usb:97").reason == "missing"


def test_a_playlist_leads_to_no_file_of_this_computer(web: str, tmp_path: Path, clip: Path) -> None:
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{}\n#EXT-X-ENDLIST\n"
    (tmp_path / "evil.m3u8").write_text(playlist.format(f"file://{clip}"))
    refused(f"{web}/evil.m3u8")
    refused(str(tmp_path / "evil.m3u8"))


@pytest.mark.slow
def test_mjpeg_over_http_is_a_live_camera(web: str) -> None:
    source = open_source(f"{web}/mjpeg", rate=10)
    assert isinstance(source, Camera)
    stop = threading.Event()
    numbers = []
    for frame in source.frames(stop):
        numbers.append(number_in(frame.pixels))
        if len(numbers) == 10:
            stop.set()
    steps = [(b - a) % 50 for a, b in pairwise(numbers[2:])]
    assert median(steps) in (2, 3, 4), "every third of thirty a second; a busy machine leaves out more"
    assert source.facts.live
    assert source.facts.codec == "mjpeg"


@pytest.mark.slow
def test_an_hls_recording_is_read_whole(web: str, tmp_path: Path, clip: Path) -> None:
    playlist = av.open(str(tmp_path / "all.m3u8"), "w", format="hls", options={"hls_time": "1"})
    with playlist as out, av.open(str(clip)) as file:
        stream = out.add_stream_from_template(file.streams.video[0])
        for packet in file.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    source = open_source(f"{web}/all.m3u8")
    numbers = [number_in(frame.pixels) for frame in source.frames(threading.Event())]
    assert numbers[-1] == 99
    assert not source.facts.live


def test_the_command_says_what_a_source_is_and_ends_with_0(clip: Path) -> None:
    done = CliRunner().invoke(cli.tenfold, ["camera", "test", str(clip), "--json"])
    said = json.loads(done.stdout)
    assert (said["ok"], said["width"], said["codec"], said["live"]) == (True, 320, "h264", False)
    assert math.isclose(said["seconds"], 4.0, abs_tol=0.1)


def test_the_command_says_what_is_wrong_and_ends_with_1(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["camera", "test", "rtsp://admin:SECRET@camera.invalid/live"]) == 1
    out, err = capfd.readouterr()
    assert err.startswith("tenfold: rtsp://camera.invalid/live cannot be reached: there is no such host")
    assert cli.run(["camera", "test", "rtsp://admin:SECRET@camera.invalid/live", "--json"]) == 1
    as_json, _ = capfd.readouterr()
    assert json.loads(as_json)["error"]["reason"] == "no-host"
    assert "SECRET" not in out + err + as_json
