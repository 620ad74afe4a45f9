"""A camera gives its newest frame, comes back after every fault and says what is wrong (real RTSP server)."""

import errno
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tenfold.cameras.address import parse
from tenfold.cameras.decoder import process
from tenfold.cameras.decoder.process import Decoder
from tenfold.cameras.frames import Frame
from tenfold.cameras.picture import RgbPicture
from tenfold.cameras.sources import Camera, CameraFault, CameraState
from tenfold.cameras.sources.camera import Timing
from tenfold.cameras.sources.probing import probe
from tenfold.cameras.sources.state import STALE_SECONDS
from tenfold.errors import CameraError
from tenfold.processes import commands, messages
from tests.cameras import faulty
from tests.cameras.conftest import RtspServer
from tests.cameras.made_clips import number_in, write_clip, write_units
from tests.environment.proxy import Fault as Network
from tests.environment.proxy import Proxy

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("decoders_find_tests")]
RECOVERY_SECONDS = 10.0
Start = Callable[..., RtspServer]


class Watcher:
    """Takes a camera's frames in a thread."""

    def __init__(self, url: str, **options: object) -> None:
        self.faults: list[CameraFault] = []
        self.frames: list[tuple[Frame, float]] = []
        self._stop = threading.Event()
        self.camera = Camera(parse(url), tell=self.faults.append, **options)  # type: ignore[arg-type]
        self._thread = threading.Thread(daemon=True, target=self._look)

    @property
    def state(self) -> CameraState:
        return self.camera.state

    @property
    def codes(self) -> list[str]:
        return [fault.code for fault in self.faults if not fault.over]

    def _look(self) -> None:
        for frame in self.camera.frames(self._stop):
            # Kept without most of its pixels, which would fill the memory.
            self.frames.append((replace(frame, picture=RgbPicture(frame.pixels[:16])), time.time()))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> float:
        """Seconds until nothing runs any more."""
        began = time.monotonic()
        self._stop.set()
        self._thread.join()
        assert self.camera._thread is not None
        self.camera._thread.join()
        return time.monotonic() - began

    def until(self, done: Callable[[], bool], seconds: float = RECOVERY_SECONDS) -> None:
        give_up = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < give_up, (self.state, self.faults)
            time.sleep(0.02)

    def until_frames(self, seconds: float = RECOVERY_SECONDS) -> None:
        """Wait until more frames have come."""
        count = len(self.frames)
        self.until(lambda: len(self.frames) > count + 5, seconds)


@contextmanager
def watching(url: str, **options: object) -> Iterator[Watcher]:
    watcher = Watcher(url, **options)
    watcher.start()
    try:
        yield watcher
    finally:
        assert watcher.stop() < 2


@pytest.mark.quick
def test_what_keeps_a_camera_away_is_told_once_however_often_it_is_tried_and_pauses_grow() -> None:
    tried: list[float] = []

    def refused(*_: object, **options: object) -> Decoder:
        tried.append(time.monotonic())
        raise CameraError("The camera", "refuses", reason="refused")

    timing = Timing(first_pause=0.01, longest_pause=0.04)
    with watching("rtsp://127.0.0.1:9/live", open_decoder=refused, timing=timing) as watcher:
        watcher.until(lambda: len(tried) > 4)
        assert watcher.codes == ["refused"]
        assert watcher.state.restarts >= 4
    least = (0.008, 0.016, 0.032, 0.032)  # a fifth less than asked for: cameras do not all come at once
    assert [b - a >= pause for (a, b), pause in zip(pairwise(tried), least, strict=False)] == [True] * 4
    assert (watcher.state.phase, watcher.state.faults) == ("off", ())


def test_frames_come_as_they_happen_without_delay(rtsp: Start) -> None:
    with watching(rtsp().url) as watcher:
        watcher.until_frames()
        time.sleep(3)
        recent = watcher.frames[-25:]
        assert watcher.state.phase == "running"
        assert watcher.state.delay < 1
        assert not watcher.state.faults
        assert "Last frame 0." in watcher.state.words(time.time())
    numbers = [number_in(frame.pixels) for frame, _ in recent]
    assert sum((b - a) % 100 == 1 for a, b in pairwise(numbers)) > 20
    assert max(seen - frame.time for frame, seen in recent) < 1


def test_no_more_frames_are_given_than_are_wanted(rtsp: Start) -> None:
    with watching(rtsp().url, rate=5) as watcher:
        watcher.until_frames()
        count = len(watcher.frames)
        time.sleep(3)
        assert 12 <= len(watcher.frames) - count <= 18


@pytest.mark.long
def test_of_pictures_that_show_the_same_one_a_second_is_given_while_nobody_needs_more(
    rtsp: Start, tmp_path: Path
) -> None:
    """Nothing moves for four seconds, then a thing crosses in four, again and again."""
    clip = write_clip(tmp_path / "clip.mp4", count=200, empty=100, once=True, noise=1)
    with watching(rtsp(clip=write_units(clip, tmp_path / "clip.units")).url, rate=10) as watcher:
        watcher.until_frames()
        watcher.camera.idle = True
        time.sleep(8.5)
        frames = [frame for frame, _ in watcher.frames][-40:]
        watcher.camera.idle = False
        count = len(watcher.frames)
        time.sleep(4)
        assert len(watcher.frames) - count > 30
    apart = [b.time - a.time for a, b in pairwise(frames)]
    assert sum(0.9 < one < 1.3 for one in apart) >= 2, apart
    assert max(apart) < 1.5, apart
    assert sum(one < 0.2 for one in apart) > 20, "what moves is given ten times a second"


def test_a_slow_receiver_gets_the_newest_frame_and_delays_nobody(rtsp: Start) -> None:
    server = rtsp()
    with watching(server.url) as watcher:
        watcher.until_frames()
        stop = threading.Event()
        before, ages = len(watcher.frames), []
        for frame in watcher.camera.frames(stop):
            ages.append(time.time() - frame.time)
            time.sleep(0.5)
            if len(ages) == 5:
                stop.set()
        assert max(ages[1:]) < 0.5
        assert len(watcher.frames) - before > 40


@pytest.mark.long
@pytest.mark.parametrize("fault", ["drop", "kill", "freeze", "no video"])
def test_a_camera_that_was_away_is_back_within_ten_seconds(rtsp: Start, fault: str) -> None:
    server = rtsp()
    with watching(server.url) as watcher:
        watcher.until_frames()
        if fault == "drop":
            server.say("drop")
        elif fault == "kill":
            server.kill()
        elif fault == "freeze":
            server.freeze()
        else:
            server.say("video off")
        watcher.until(lambda: bool(watcher.state.faults) or watcher.state.restarts > 0, 15)
        if fault != "drop":
            watcher.until(lambda: (watcher.state.age(time.time()) or 0) > STALE_SECONDS)
            time.sleep(3)  # some attempts fail
            assert watcher.state.phase != "running"
            assert watcher.state.faults
        if fault == "kill":
            rtsp(port=server.port)
        elif fault == "freeze":
            server.thaw()
        elif fault == "no video":
            server.say("video on")
        watcher.until_frames()
        watcher.until(lambda: not watcher.state.faults)
    assert watcher.faults[-1].over


def children() -> set[str]:
    """The numbers of this process's children; some of other tests may be zombies."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {one for path in tasks for one in path.read_text().split()}


def decoders(before: set[str]) -> list[str]:
    """The states of children that decode and are new: R, S, D, or Z (ended, and not waited for)."""
    found = []
    for number in children() - before:
        with suppress(OSError):
            folder = Path("/proc", number)
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            if state == "Z" or b"cameras.decoder" in (folder / "cmdline").read_bytes():
                found.append(state)
    return found


@pytest.mark.long
@pytest.mark.parametrize("fault", ["cut", "frozen", "dropped"])
def test_a_camera_whose_network_failed_is_back_within_ten_seconds(rtsp: Start, fault: Network) -> None:
    before = children()
    with Proxy(rtsp().port) as proxy, watching(f"rtsp://127.0.0.1:{proxy.port}/live") as watcher:
        watcher.until_frames()
        assert len(decoders(before)) == 1
        proxy.fail(fault)
        watcher.until(lambda: watcher.state.restarts > 0, 20)
        assert watcher.state.faults
        if fault != "cut":  # the worst moment: an attempt has just begun, and leads nowhere
            taken = proxy.taken
            watcher.until(lambda: proxy.taken > taken, 20)
        proxy.restore()
        watcher.until_frames()
        watcher.until(lambda: not watcher.state.faults)
        assert len(decoders(before)) == 1
        assert "Z" not in decoders(before)
    assert decoders(before) == []
    assert watcher.faults[-1].over


@pytest.mark.long
def test_a_network_that_stalls_again_and_again_costs_no_connection(rtsp: Start) -> None:
    with Proxy(rtsp().port) as proxy, watching(f"rtsp://127.0.0.1:{proxy.port}/live") as watcher:
        watcher.until_frames()
        for _ in range(5):
            proxy.fail("frozen")  # as packets that are lost and sent again
            time.sleep(1)
            proxy.restore()
            watcher.until_frames()
        proxy.seconds = 0.3
        watcher.until_frames()
        proxy.seconds = 0.0
        watcher.until_frames()
        watcher.until(lambda: watcher.state.delay < 1)
        assert watcher.state.phase == "running"
        assert watcher.state.restarts == 0


@pytest.mark.long
def test_a_camera_that_is_off_at_the_start_is_found_when_it_comes(rtsp: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with watching(f"rtsp://127.0.0.1:{port}/live") as watcher:
        watcher.until(lambda: "refused" in watcher.codes)
        time.sleep(4)
        assert watcher.codes == ["refused"]  # told once, however often it is tried
        rtsp(port=port)
        watcher.until_frames()


def test_it_stops_within_two_seconds_while_a_camera_does_not_answer() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, watching(f"rtsp://127.0.0.1:{silent.getsockname()[1]}/live") as watcher:
        time.sleep(1)
        assert watcher.state.phase == "connecting"


@pytest.mark.long
@pytest.mark.parametrize(
    ("wrong", "right", "code"),
    [("stamps off", "stamps on", "timestamps"), ("hold on", "hold off", "frozen")],
)
def test_what_is_wrong_in_a_running_stream_is_told(rtsp: Start, wrong: str, right: str, code: str) -> None:
    server = rtsp()
    with watching(server.url) as watcher:
        watcher.until_frames()
        server.say(wrong)
        watcher.until(lambda: [fault.code for fault in watcher.state.faults] == [code], 15)
        server.say(right)
        watcher.until(lambda: not watcher.state.faults)
        assert watcher.state.restarts == 0


def test_a_change_of_resolution_is_told_and_followed(rtsp: Start, tmp_path: Path) -> None:
    large = write_units(write_clip(tmp_path / "large.mp4", width=640, height=480), tmp_path / "large.units")
    server = rtsp()
    with watching(server.url) as watcher:
        watcher.until_frames()
        server.say(f"units {large}")
        watcher.until(lambda: "resolution" in watcher.codes)
        watcher.until(lambda: watcher.frames[-1][0].pixels.shape[1] == 640)


@pytest.mark.long
def test_a_stream_that_goes_on_with_sound_alone_is_told(rtsp: Start) -> None:
    server = rtsp("--audio")
    with watching(server.url, timing=Timing(silent=30)) as watcher:
        watcher.until_frames()
        server.say("video off")
        watcher.until(lambda: "sound-only" in watcher.codes, 15)
        server.say("video on")
        watcher.until_frames()


@pytest.mark.long
@pytest.mark.parametrize("child", [faulty.crash, faulty.hang, faulty.leak])
def test_a_decoder_that_fails_is_replaced_and_no_other_camera_notices(
    rtsp: Start, child: Callable[..., None]
) -> None:
    server = rtsp()
    bad = partial(Decoder, child=f"{faulty.__name__}:{child.__name__}", memory=200 << 20)
    with watching(server.url) as good, watching(server.url, open_decoder=bad) as watcher:
        watcher.until(lambda: watcher.state.restarts >= 2, 40)
        assert good.state.restarts == 0
        assert not good.faults


def test_a_decoder_that_starts_late_is_waited_for_and_not_taken_for_a_camera_that_is_away(
    rtsp: Start,
) -> None:
    late = partial(Decoder, child=f"{faulty.__name__}:{faulty.late.__name__}")
    with watching(rtsp().url, open_decoder=late, timing=Timing(open=3)) as watcher:
        watcher.until_frames(60)
        assert watcher.state.restarts == 0
        assert not watcher.faults


def test_a_decoder_that_never_starts_is_given_up_and_the_machine_is_named(
    rtsp: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_START_SECONDS", 1.0)
    late = partial(Decoder, child=f"{faulty.__name__}:{faulty.late.__name__}")
    with watching(rtsp().url, open_decoder=late) as watcher:
        watcher.until(lambda: "machine-busy" in watcher.codes)
        assert "this machine is too busy" in watcher.faults[0].words


@pytest.mark.long
def test_a_camera_whose_key_frames_are_far_apart_is_waited_for_and_it_is_said(
    rtsp: Start, tmp_path: Path
) -> None:
    """Longer than a camera that does not answer is waited for; a key frame comes each 40 s."""
    rare = write_units(write_clip(tmp_path / "rare.mp4", count=240, key_every=240), tmp_path / "rare.units")
    server = rtsp("--rate", "6", clip=rare)
    with watching(server.url) as first:  # the server begins with a key frame for the first who asks
        first.until_frames(60)
        with pytest.raises(CameraError) as error:
            probe(parse(server.url), seconds=15)
        assert error.value.reason == "no-key-frame"
        began = time.monotonic()
        with watching(server.url, timing=Timing(open=6)) as watcher:
            watcher.until_frames(90)
            assert time.monotonic() - began > 6
            assert watcher.codes == ["no-key-frame"]
            assert "no key frame yet" in watcher.faults[0].words
            assert not watcher.state.faults
            assert watcher.state.restarts == 0


def test_a_camera_comes_back_when_the_machine_has_room_for_a_decoder_again(
    rtsp: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [2]

    def no_process(*arguments: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        return commands.start(*arguments)

    monkeypatch.setattr(messages, "start", no_process)
    with watching(rtsp().url) as watcher:
        watcher.until(lambda: watcher.state.phase == "waiting")
        assert "Resource temporarily unavailable" in watcher.faults[0].words
        watcher.until_frames()


@pytest.mark.long
def test_a_machine_that_is_too_slow_decodes_key_frames_only_and_says_so(rtsp: Start) -> None:
    slow = partial(Decoder, child=f"{faulty.__name__}:{faulty.slow.__name__}")
    with watching(rtsp().url, open_decoder=slow) as watcher:
        watcher.until_frames()
        watcher.until(lambda: watcher.state.mode == "key frames only")
        assert "key frames only: the machine is busy" in watcher.state.words(time.time())
        time.sleep(4)
        assert watcher.state.delay < 1
        # Now and then it tries whether every frame can be decoded again.
        watcher.until(lambda: watcher.state.mode == "key frames only" and watcher.frames[-1][0].key)


@pytest.mark.skipif(sys.platform != "linux", reason="FFmpeg has another name for cameras here")
def test_a_camera_at_this_computer_is_read() -> None:
    usb = partial(Decoder, child=f"{faulty.__name__}:{faulty.pattern.__name__}")
    with watching("usb:testsrc=size=640x360:rate=25,realtime", open_decoder=usb, rate=5) as watcher:
        watcher.until_frames()
        assert watcher.camera.facts.width == 640
        assert watcher.camera.facts.live
        assert not watcher.faults


@pytest.mark.long
def test_no_process_and_no_thread_is_left(rtsp: Start) -> None:
    server = rtsp()
    threads = threading.active_count()
    for _ in range(3):
        with watching(server.url) as watcher:
            watcher.until_frames()
    assert threading.active_count() == threads
    assert watcher.state.phase == "off"
