"""The computer's clock is set while cameras are watched and recorded: by libfaketime, and in a recorder."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tenfold.cameras.address import parse
from tenfold.cameras.events import EventFilter
from tenfold.database import now
from tests.cameras.conftest import RtspServer
from tests.environment.clocks import SetClock
from tests.fakes import FakeApp
from tests.paths import ROOT
from tests.waiting import until

pytestmark = pytest.mark.slow
av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
Start = Callable[..., RtspServer]


@contextmanager
def watching(clock: SetClock) -> Iterator[None]:
    """A server that watches the cameras of this test's home by `clock`."""
    command = [sys.executable, "-m", "tests.cameras.killed"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=clock.environment, cwd=ROOT) as process:
        try:
            yield
            process.communicate(timeout=30)
            assert process.returncode == 0
        finally:
            process.kill()


@pytest.mark.long
@pytest.mark.parametrize(("offset", "recording"), [("-40d", "continuous"), ("+40d", "events")])
def test_a_clip_ends_where_the_clock_is_set_and_the_next_begins_by_the_new_one(
    rtsp: Start, passing: Path, decoders_find_tests: None, tmp_path: Path, offset: str, recording: str
) -> None:
    clock, days = SetClock(tmp_path), timedelta(days=int(offset.removesuffix("d")))
    with FakeApp() as app:
        url = rtsp(clip=passing).url
        camera = app.cameras.add("door", parse(url), by=0, recording=recording, after=1.0, keep_days=30).id

        def events(begins: datetime) -> list[Any]:
            found = app.camera_events.find(EventFilter(state="ended"))
            return [one for one in found if begins <= one.started_at < begins + timedelta(hours=1)]

        with watching(clock):
            before = now()
            until(lambda: events(before), 180)
            old = [one.id for one in app.clips.find(camera_id=camera)]
            clock.set(offset)
            after = now() + days
            until(lambda: len(events(after)) >= 2, 180)
            clips = {one.id for one in app.clips.find(camera_id=camera)}
            assert old
            assert set(old) < clips, "none went by an age that it does not have"
            until(lambda: all(app.clips.get(one).state == "whole" for one in old))
            for one in events(after):
                assert one.ended_at - one.started_at < timedelta(seconds=30)
                assert one.clip_id not in old
        for clip in (app.clips.get(number) for number in clips):
            seconds = (clip.ended_at - clip.started_at).total_seconds()
            assert 0 < seconds < 120
            if clip.state == "writing":
                continue  # the server ended, and its end is found with the next start
            with app.clips.open(clip) as content, av.open(content) as file:
                # On a busy machine frames wait and then arrive at once; days would not pass.
                assert file.duration / av.time_base == pytest.approx(seconds, abs=10)


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_what_came_before_the_clock_was_set_is_the_past_of_the_next_clip(
    clip: Path, tmp_path: Path, step: float
) -> None:
    from tenfold.cameras.decoder.recorder import Kept, StreamRecorder
    from tenfold.cameras.decoder.video import Request, Video

    told: list[dict[str, Any]] = []
    video = Video(Request("file", str(clip), "clip", live=True))
    recorder = StreamRecorder(video, 10.0, (), told.append)
    for number, packet in enumerate(islice(video.packets(), 80)):
        moment = 1e6 + number / 25
        if number == 0:
            order = {"clip": 1, "file": str(tmp_path / "a.mp4"), "since": moment, "until": 2e6}
            recorder.order(order)
        if number == 50:
            recorder.clock_set(step)
        if number == 60:
            since = moment + step - 1.0
            recorder.order({"clip": 2, "file": str(tmp_path / "b.mp4"), "since": since, "until": 2e6})
        recorder.take(Kept(packet, moment + (step if number >= 50 else 0)))
        recorder.work()

    def whole_of_one() -> bool:
        recorder.work()
        return any(one["state"] == "whole" for one in told)

    until(whole_of_one)
    recorder.close()
    video.close()
    (whole,) = [one["clip"] for one in told if one["state"] == "whole"]
    assert whole == 1
    first = next(one for one in told if one["clip"] == 1 and "end" in one and one["end"] > 1e6 + 1)
    assert first["end"] == pytest.approx(1e6 + 49 / 25)
    with av.open(str(tmp_path / "b.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) >= 45, "from the key frame before"


@pytest.mark.quick
@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_packets_that_came_before_the_clock_was_set_are_found_by_the_new_one(step: float) -> None:
    from tenfold.cameras.decoder.recorder import Kept, NewestPackets
    from tenfold.cameras.decoder.video import Packet

    kept = NewestPackets(10.0)
    for number in range(50):
        kept.add(Kept(Packet(None, key=number % 10 == 0, seconds=number), 1e6 + number / 25))
    kept.shift(step)
    found = [one.packet.seconds for one in kept.since(1e6 + step + 1.0)]
    assert found == list(range(20, 50)), "from the key frame before on"
