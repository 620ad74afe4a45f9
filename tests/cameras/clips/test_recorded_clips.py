"""What is recorded of a watched camera, and what rules do while an event goes on (real RTSP server)."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest

from tenfold.cameras.address import parse
from tenfold.cameras.cameras import Cameras
from tenfold.cameras.clips import Clips
from tenfold.cameras.clips import recorder as clip_recorder
from tenfold.cameras.events import EventFilter
from tenfold.cameras.rules.text import parse as rule
from tenfold.cameras.tables import ClipRow, EventRow
from tenfold.database import Database, now
from tenfold.storage import MemoryStore
from tests.cameras.conftest import RtspServer
from tests.cameras.made_clips import number_in, write_clip, write_units
from tests.cameras.serving import Certain, Server
from tests.cameras.ts_camera import sending
from tests.fakes import FakeApp
from tests.paths import ROOT
from tests.waiting import until

pytestmark = pytest.mark.slow
av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
Start = Callable[..., RtspServer]
# Where the block goes: the blocks of the number turn on and off above it, as things that move do.
WAY = {"name": "way", "corners": [[0, 0.25], [1, 0.25], [1, 1], [0, 1]]}


@pytest.fixture(scope="session")
def staying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thing moves slowly for 11 s, then nothing is there for 4 s."""
    folder = tmp_path_factory.mktemp("staying")
    return write_units(write_clip(folder / "clip.mp4", count=375, empty=100, speed=1), folder / "clip.units")


def numbers_in(app: FakeApp, clip: ClipRow) -> list[int]:
    """Those that stand in the frames of a clip."""
    with app.clips.open(clip) as content, av.open(content) as file:
        return [number_in(frame.to_ndarray(format="rgb24")) for frame in file.decode(video=0)]


@pytest.mark.long
def test_a_rule_about_a_stay_fires_while_the_event_goes_on(
    rtsp: Start, server: Server, staying: Path
) -> None:
    app = server.app
    page = app.outbox.add("page", "page", {}).id
    app.rules.add("stays", rule("dwell=3"), [page], by=0)
    app.cameras.add("door", parse(rtsp(clip=staying).url), by=0, zones=[WAY])
    app.watched_cameras.wake()
    until(lambda: app.outbox.messages(page), 30)
    message = app.outbox.messages(page)[-1]
    number = message.fields["data"]["event"]
    event = app.camera_events.get(number)
    assert event.state == "open"
    assert 3.0 <= (message.at - event.started_at).total_seconds() < 6.0
    until(lambda: app.camera_events.get(number).state == "ended", 30)
    event = app.camera_events.get(number)
    assert (event.ended_at - event.started_at).total_seconds() > 5


@pytest.mark.long
def test_a_rule_has_a_clip_recorded_of_a_camera_that_records_nothing_else(
    rtsp: Start, server: Server, staying: Path
) -> None:
    app = server.app
    address = parse(rtsp(clip=staying).url)
    recorded = app.cameras.add("door", address, by=0, recording="nothing", before=1.0, after=1.0)
    other = app.cameras.add("yard", parse(rtsp(clip=staying).url), by=0, recording="nothing")
    app.rules.add("red", rule(f"class=red camera={recorded.id}"), [], record=True, by=0)
    app.watched_cameras.wake()
    until(lambda: server.events(state="ended", cameras=[recorded.id]), 40)
    until(lambda: server.events(state="ended", cameras=[other.id]), 40)
    event = server.events(state="ended", cameras=[recorded.id])[-1]
    until(lambda: app.clips.get(event.clip_id or 0).state == "whole")
    clip = app.clips.get(event.clip_id or 0)
    assert clip.started_at.timestamp() <= event.started_at.timestamp() - recorded.before + 0.1
    assert clip.ended_at >= event.ended_at
    assert len(numbers_in(app, clip)) > 25 * (event.ended_at - event.started_at).total_seconds()
    assert app.clips.find(camera_id=other.id) == []


@pytest.mark.long
def test_a_clip_that_a_rule_starts_late_goes_on_to_the_end_of_the_event(
    rtsp: Start, server: Server, staying: Path
) -> None:
    app = server.app
    app.rules.add("stays", rule("dwell=4"), [], record=True, by=0)
    app.cameras.add("door", parse(rtsp(clip=staying).url), by=0, recording="nothing", before=1.0, after=1.0)
    app.watched_cameras.wake()
    until(lambda: [event for event in server.events(state="ended") if event.clip_id], 40)
    event = next(event for event in server.events(state="ended") if event.clip_id)
    until(lambda: app.clips.get(event.clip_id or 0).state == "whole")
    clip = app.clips.get(event.clip_id or 0)
    assert clip.started_at < event.ended_at <= clip.ended_at


@pytest.mark.long
def test_all_that_a_camera_sends_is_recorded_without_a_gap(
    rtsp: Start, server: Server, staying: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_recorder, "CONTINUOUS_SECONDS", 4.0)
    app = server.app
    camera = app.cameras.add("door", parse(rtsp(clip=staying).url), by=0, recording="continuous")
    app.watched_cameras.wake()
    until(lambda: len(app.clips.find(camera_id=camera.id)) > 3, 40)
    clips = [clip for clip in reversed(app.clips.find(camera_id=camera.id)) if clip.state == "whole"]
    assert len(clips) >= 2
    assert {clip.kind for clip in clips} == {"continuous"}
    for before, after in pairwise(clips):
        assert after.started_at <= before.ended_at
        assert len(numbers_in(app, before)) >= 90
    until(lambda: server.events(state="ended"), 40)
    event = server.events(state="ended")[-1]
    held = app.clips.get(event.clip_id or 0)
    assert held.kind == "continuous"
    assert held.started_at <= event.started_at


@pytest.mark.parametrize("away", [False, True])
def test_a_folder_of_clips_that_goes_before_a_clip_is_written_is_not_made_again(
    database: Database, clip: Path, tmp_path: Path, away: bool
) -> None:
    from tenfold.cameras.decoder.recorder import Kept, StreamRecorder
    from tenfold.cameras.decoder.video import Request, Video

    clips = Clips(database, MemoryStore(), tmp_path / "clips")
    row = clips.begin(Cameras(database).add("door", parse("usb:0"), by=0).id, "events", now())
    if away:
        clips.folder.rename(tmp_path / "away")
    told: list[dict[str, Any]] = []
    video = Video(Request("file", str(clip), "clip", live=True))
    recorder = StreamRecorder(video, 5.0, (), told.append)
    recorder.order({"clip": row.id, "file": str(clips.written_to(row)), "since": 0.0, "until": 1e3})
    for moment, packet in enumerate(islice(video.packets(), 20)):
        recorder.take(Kept(packet, float(moment)))
        recorder.work()
    recorder.close()
    video.close()
    if away:
        problem = {"problem": "No such file or directory", "reason": "missing"}
        assert told == [{"clip": row.id, "state": "failed", **problem}]
    assert clips.written_to(row).exists() is not away
    assert clips.folder.exists() is not away


@pytest.mark.quick
def test_a_clip_ends_where_the_size_of_the_picture_changes_and_another_goes_on(tmp_path: Path) -> None:
    from tenfold.cameras.decoder.recorder import Kept, StreamRecorder
    from tenfold.cameras.decoder.video import Request, Video

    small, large = (
        write_clip(tmp_path / f"{width}.ts", count=50, width=width, height=height)
        for width, height in ((320, 240), (640, 480))
    )
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    files = [tmp_path / name for name in ("first.mp4", "second.mp4")]
    told: list[dict[str, Any]] = []
    video = Video(Request("file", str(both), "clip", live=True))
    recorder = StreamRecorder(video, 10.0, (), told.append)
    recorder.order({"clip": 1, "file": str(files[0]), "since": 0.0, "until": 1e9})
    packets = [packet for packet in video.packets() if packet.video is not None]
    for number, packet in enumerate(packets):
        recorder.take(Kept(packet, 1e6 + number / 25))
        recorder.work()
        if number == 60:  # whoever ordered the first one hears that it was cut
            (cut,) = [one for one in told if one.get("cut")]
            assert (cut["clip"], cut["end"]) == (1, 1e6 + 49 / 25)
            recorder.order({"clip": 2, "file": str(files[1]), "since": cut["end"], "until": 1e9})

    def whole() -> bool:
        recorder.work()
        return any(one["state"] == "whole" for one in told)

    until(whole)
    recorder.close()
    video.close()
    for file, size in zip(files, ((320, 240), (640, 480)), strict=True):
        with av.open(str(file)) as clip:
            stream = clip.streams.video[0]
            assert (stream.codec_context.width, stream.codec_context.height) == size
            pictures = [frame.to_ndarray(format="rgb24") for frame in clip.decode(stream)]
        assert [picture.shape[:2] for picture in pictures] == [size[::-1]] * 50
        assert number_in(pictures[-1]) == 49


@pytest.mark.long
def test_of_a_camera_that_changes_the_size_of_its_picture_every_clip_plays(
    rtsp: Start, server: Server, staying: Path, tmp_path: Path
) -> None:
    app = server.app
    source = rtsp(clip=staying)
    app.cameras.add("door", parse(source.url), by=0, before=1.0, after=1.0)
    app.watched_cameras.wake()
    until(lambda: [clip for clip in app.clips.find() if clip.bytes > 20_000], 60)
    large = write_clip(tmp_path / "large.mp4", count=200, empty=100, width=640, height=480)
    source.say(f"units {write_units(large, tmp_path / 'large.units')}")
    sizes: dict[int, tuple[int, int]] = {}

    def looked_at(row: ClipRow) -> tuple[int, int]:
        """The size of a whole clip's pictures."""
        with app.clips.open(row) as content, av.open(content) as file:
            stream = file.streams.video[0]
            size = stream.codec_context.width, stream.codec_context.height
            assert {frame.to_ndarray(format="gray").shape for frame in file.decode(stream)} == {size[::-1]}
        return size

    def found() -> set[tuple[int, int]]:
        for row in app.clips.find():
            if row.state == "whole" and row.id not in sizes:
                sizes[row.id] = looked_at(row)
        return set(sizes.values())

    until(lambda: found() == {(320, 240), (640, 480)}, 90)


@pytest.mark.long
@pytest.mark.parametrize("seconds", [4, 10])
def test_a_clip_begins_before_its_event_however_far_key_frames_are_apart(
    rtsp: Start, server: Server, tmp_path: Path, seconds: int
) -> None:
    """A thing comes every 12 s, 6 s after a key frame; the number in the first frame says what it is."""
    file = write_clip(tmp_path / "clip.mp4", count=300, empty=150, key_every=25 * seconds)
    app = server.app
    url = rtsp(clip=write_units(file, tmp_path / "clip.units")).url
    app.cameras.add("door", parse(url), by=0, before=2.0, after=1.0, zones=[WAY])
    app.watched_cameras.wake()

    def seen_before() -> list[tuple[ClipRow, EventRow]]:
        """Events before which the camera was seen for 2 s: not one after it was begun, or begun again."""
        both = [(app.clips.get(one.clip_id or 0), one) for one in server.events(state="ended")]
        whole = [(clip, one) for clip, one in both if clip.state == "whole"]
        return [
            (clip, one) for clip, one in whole if one.started_at - clip.started_at >= timedelta(seconds=1.9)
        ]

    until(seen_before, 90)
    clip, event = seen_before()[0]
    assert clip.ended_at.timestamp() >= event.ended_at.timestamp() + 0.9
    with app.clips.open(clip) as content, av.open(content) as file_of_clip:
        frames = list(file_of_clip.decode(video=0))
    assert frames[0].key_frame
    lead = event.started_at.timestamp() - clip.started_at.timestamp()
    # Times are those at which pictures came: a busy machine delays some.
    assert lead < 2.0 + 2 * seconds
    shown = [number_in(frame.to_ndarray(format="rgb24")) for frame in frames]
    first = next(at for at, number in enumerate(shown) if number)
    assert first >= 45, "nothing is seen for 2 s, and then the thing comes"
    assert max(shown) > 200


@pytest.mark.long
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_clip_is_h264_whatever_the_camera_sends(server: Server, tmp_path: Path, codec: str) -> None:
    file = write_clip(tmp_path / "clip.ts", codec=codec, count=200, empty=100)
    with sending(file) as address:
        app = server.app
        app.cameras.add("door", parse(address), by=0, before=1.0, after=1.0)
        app.watched_cameras.wake()
        until(lambda: server.events(state="ended"), 40)
        event = server.events(state="ended")[-1]
        until(lambda: app.clips.get(event.clip_id or 0).state == "whole")
        with app.clips.open(app.clips.get(event.clip_id or 0)) as content, av.open(content) as clip:
            stream = clip.streams.video[0]
            assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
            seconds = float((clip.duration or 0) / av.time_base)
            frames = sum(1 for _ in clip.decode(stream))
        assert seconds > 4
        assert frames >= seconds * 10
        assert app.watched_cameras.running(event.camera_id).status()["faults"] == []  # type: ignore[union-attr]


def test_a_server_that_is_killed_in_mid_event_leaves_a_clip_that_plays(
    rtsp: Start, own_home: Path, decoders_find_tests: None, staying: Path
) -> None:
    environment = os.environ | {"TENFOLD_HOME": str(own_home)}
    command = [sys.executable, "-m", "tests.cameras.killed"]
    with FakeApp() as app:
        app.cameras.add("door", parse(rtsp(clip=staying).url), by=0)
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd=ROOT) as process:
            try:
                until(lambda: [clip for clip in app.clips.find() if clip.bytes > 50_000], 60)
                open_events = app.camera_events.find(EventFilter(state="open"))
                assert open_events
                process.send_signal(signal.SIGKILL)
            finally:
                process.kill()
        clip = app.clips.find()[0]
        assert clip.state == "writing"
        assert len(numbers_in(app, clip)) > 25
    with FakeApp(None, Certain()) as app:
        again = Server(app)
        until(lambda: app.clips.get(clip.id).state == "whole", 30)
        assert app.camera_events.get(open_events[0].id).state == "cut"
        assert len(numbers_in(app, app.clips.get(clip.id))) > 25
        again.stop()


def being_written(server: Server) -> ClipRow:
    """A clip of which a part is on the disk."""
    until(lambda: [clip for clip in server.app.clips.find() if clip.bytes > 50_000], 60)
    clip = server.app.clips.find()[0]
    assert clip.state == "writing"
    return clip


def content_of(app: FakeApp, clip: ClipRow) -> bytes:
    with app.clips.open(clip) as file:
        return file.read()


def has_index_in_front(content: bytes) -> bool:
    return b"moof" not in content and 0 < content.find(b"moov") < content.find(b"mdat")


def kill_decoders() -> None:
    """Those of this process."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"decoder.child" in (place / "cmdline").read_bytes():
                os.kill(int(place.name), signal.SIGKILL)


def test_a_clip_whose_decoder_was_killed_is_finished_at_once_though_the_camera_is_away(
    rtsp: Start, server: Server, staying: Path
) -> None:
    app = server.app
    source = rtsp(clip=staying)
    app.cameras.add("door", parse(source.url), by=0)
    app.watched_cameras.wake()
    clip = being_written(server)
    assert not has_index_in_front(content_of(app, clip))
    source.freeze()
    kill_decoders()
    until(lambda: app.clips.get(clip.id).state == "whole", 5)
    until(lambda: has_index_in_front(content_of(app, clip)), 15)
    until(lambda: app.clips.get(clip.id).bytes == len(content_of(app, clip)), 5)
    assert len(numbers_in(app, clip)) > 25


def test_the_clip_of_a_camera_that_is_paused_is_finished(rtsp: Start, server: Server, staying: Path) -> None:
    app = server.app
    camera = app.cameras.add("door", parse(rtsp(clip=staying).url), by=0)
    app.watched_cameras.wake()
    clip = being_written(server)
    app.cameras.pause(camera.id)
    app.watched_cameras.wake()
    until(lambda: app.clips.get(clip.id).state == "whole", 10)
    assert app.clips.get(clip.id).bytes == len(content_of(app, clip))
    assert len(numbers_in(app, clip)) > 25


def test_a_camera_of_which_only_what_is_kept_changes_is_not_opened_anew(
    rtsp: Start, server: Server, staying: Path
) -> None:
    app = server.app
    camera = app.cameras.add("door", parse(rtsp(clip=staying).url), by=0)
    app.watched_cameras.wake()
    until(lambda: app.watched_cameras.running(camera.id))
    watch = app.watched_cameras.running(camera.id)
    limits: dict[str, Any] = {
        "keep_days": 9.0,
        "keep_days_of": {"red": 1.0},
        "keep_bytes": 10**9,
        "keep_bytes_of": {"red": 5},
    }
    changed = app.cameras.change(camera.id, name="door", zones=[], **limits)
    assert (changed.keep_days, changed.keep_bytes_of) == (9.0, {"red": 5})
    assert changed.changed_at == camera.changed_at
    app.cameras.change(camera.id, after=1.0)
    app.watched_cameras.wake()
    until(lambda: app.watched_cameras.running(camera.id) is not watch)
