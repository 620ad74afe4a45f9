"""The disk of a server that records cameras is full, a real one of a few megabytes, and has room again."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tenfold.cameras.address import parse
from tenfold.cameras.clips.recorder import ClipRecorder
from tenfold.cameras.decoder.process import ClipReport
from tenfold.cameras.events import EventFilter
from tenfold.settings import Settings
from tests.cameras.conftest import RtspServer
from tests.cameras.serving import Certain, Server
from tests.environment.disks import fill, small_disk
from tests.fakes import FakeApp
from tests.waiting import until

pytestmark = pytest.mark.slow
av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
Start = Callable[..., RtspServer]


@pytest.mark.long
@pytest.mark.parametrize("recording", ["events", "continuous"])
@pytest.mark.parametrize("database", ["elsewhere", "beside the clips"])
def test_where_the_disk_of_the_clips_is_full_what_is_there_plays_and_recording_goes_on_when_there_is_room(
    rtsp: Start, passing: Path, decoders_find_tests: None, tmp_path: Path, recording: str, database: str
) -> None:
    with small_disk(tmp_path / "disk", "30m") as disk:
        home = disk / "home" if database == "beside the clips" else tmp_path / "home"
        (disk / "clips").mkdir()
        home.mkdir()
        (home / "clips").symlink_to(disk / "clips")
        with FakeApp(Settings(home=home, clips_free_bytes=0), Certain()) as app:
            server = Server(app)
            camera = app.cameras.add("door", parse(rtsp(clip=passing).url), by=0, recording=recording).id
            app.watched_cameras.wake()
            until(lambda: server.events(state="ended"), 180)
            filling = fill(disk)

            def problem() -> str:
                """What is said of the camera, or of the service that runs cameras."""
                watch = app.watched_cameras.running(camera)
                if watch is None:
                    return str(server.faults[-1]) if server.faults else "it does not run"
                now = app.watched_cameras.status(watch.row) or {}
                return str((now.get("fault") or now["recording_problem"] or {}).get("detail", ""))

            until(lambda: "space left" in problem() or "disk is full" in problem(), 120)
            time.sleep(5)
            filling.unlink()
            until(lambda: not problem(), 90)
            last = max(one.id for one in app.clips.find(camera_id=camera))
            seen = max(one.id for one in server.events(state="ended"))
            until(lambda: any(one.clip_id and one.id > seen for one in server.events(state="ended")), 180)
            assert server.stop() < 10
            assert app.camera_events.find(EventFilter(state="open")) == []
            clips = app.clips.find(camera_id=camera)
            assert max(one.id for one in clips) >= last
            for clip in clips:
                with app.clips.open(clip) as content:
                    assert content.read(1)
                with app.clips.open(clip) as content, av.open(content) as file:
                    assert sum(1 for _ in file.decode(video=0)) > 0
            written = {app.clips.written_to(clip) for clip in clips if clip.state == "writing"}
            # What is made seekable at that moment is let go of a little later.
            until(lambda: set((home / "clips" / ".writing").iterdir()) <= written)


@pytest.mark.quick
def test_a_clip_that_found_no_room_is_told_until_a_later_one_is_written(tmp_path: Path) -> None:
    with FakeApp(Settings(home=tmp_path / "home")) as app:
        room = threading.Event()
        room.set()
        camera = app.cameras.add("door", parse("usb:0"), by=0)
        recorder = ClipRecorder(camera, app.clips, room)
        full = recorder.event_began(time.time())
        assert full is not None
        recorder.told(ClipReport(full, "failed", problem="No space left on device", reason="disk-full"))
        assert recorder.problem is not None
        assert (recorder.problem.reason, "No space left" in str(recorder.problem)) == ("disk-full", True)
        # It may have the number of the one of which nothing was written.
        later = recorder.event_began(time.time())
        assert later is not None
        assert len(recorder.orders()) == 2
        recorder.told(ClipReport(later, "writing", bytes=1000))
        assert recorder.problem is None
