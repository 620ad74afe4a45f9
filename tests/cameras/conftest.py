"""What tests of cameras share: clips, and a real RTSP server."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

from tests.cameras.made_clips import write_clip, write_units
from tests.cameras.serving import Certain, Server
from tests.fakes import FakeApp
from tests.paths import ROOT

SYSTEM_PYTHON = "/usr/bin/python3"
HERE = Path(__file__).parent


class RtspServer:
    """A server in a process of its own, which can be told to misbehave, stopped as by SIGSTOP, and killed."""

    def __init__(self, units: Path, *options: str, port: int = 0) -> None:
        command = [SYSTEM_PYTHON, str(HERE / "rtsp_server.py"), str(units), "--port", str(port), *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"rtsp://127.0.0.1:{self.port}/live"

    @property
    def output(self) -> IO[str]:
        """What it prints after its port."""
        assert self._process.stdout is not None
        return self._process.stdout

    def say(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 frames of 320 x 240 in 4 s of H.264."""
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture(scope="session")
def units(clip: Path) -> Path:
    """The clip as an RTSP server sends it."""
    return write_units(clip, clip.with_suffix(".units"))


def need_rtsp() -> None:
    """Skip where there is no RTSP server, or fail where the gate promised one."""
    found = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"],
        capture_output=True, check=False,
    ) if Path(SYSTEM_PYTHON).exists() else None  # fmt: skip
    if found is None or found.returncode:
        reason = "has no GStreamer RTSP server: apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi"
        if os.environ.get("TENFOLD_REQUIRE_RTSP") == "1":
            pytest.fail(f"TENFOLD_REQUIRE_RTSP=1, but this machine {reason}")
        pytest.skip(f"this machine {reason}")


@pytest.fixture
def rtsp(units: Path) -> Iterator[Callable[..., RtspServer]]:
    """Starts RTSP servers, and kills them at the end."""
    need_rtsp()
    with ExitStack() as servers:

        def start(*options: str, port: int = 0, clip: Path = units) -> RtspServer:
            server = RtspServer(clip, *options, port=port)
            servers.callback(server.kill)
            return server

        yield start


@pytest.fixture
def decoders_find_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of decoders find the tests' own functions."""
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


@pytest.fixture
def app(own_home: Path, decoders_find_tests: None) -> Iterator[FakeApp]:
    with FakeApp(None, Certain()) as made:
        yield made


@pytest.fixture
def server(app: FakeApp) -> Iterator[Server]:
    made = Server(app)
    yield made
    made.stop()
    assert made.faults == []


@pytest.fixture(scope="session")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thing passes within 4 s, and nothing is there for 4 s; a key frame each second."""
    return write_units(
        write_clip(tmp_path_factory.mktemp("passing") / "clip.mp4", count=200, empty=100),
        tmp_path_factory.mktemp("passing") / "clip.units",
    )
