"""What is recorded of a watched camera, and what rules do while an event goes on (real RTSP server)."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tenfold.cameras import clip_recorder
from tenfold.cameras.address import parse
from tenfold.cameras.rules.text import parse as rule
from tenfold.cameras.tables import ClipRow
from tests.cameras.clips import number_in, write_clip, write_units
from tests.cameras.conftest import RtspServer
from tests.cameras.serving import Server, until

pytestmark = pytest.mark.slow
av = pytest.importorskip("av", reason="needs the cameras extra")
Start = Callable[..., RtspServer]


@pytest.fixture(scope="session")
def staying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thing moves slowly for 11 s, then nothing is there for 4 s."""
    folder = tmp_path_factory.mktemp("staying")
    return write_units(write_clip(folder / "clip.mp4", count=375, empty=100, speed=1), folder / "clip.units")


def numbers(server: Server, clip: ClipRow) -> list[int]:
    """Those that stand in the frames of a clip."""
    with av.open(str(server.app.clips.path(clip))) as file:
        return [number_in(frame.to_ndarray(format="rgb24")) for frame in file.decode(video=0)]


def test_a_rule_about_a_stay_fires_while_the_event_goes_on(
    rtsp: Start, server: Server, staying: Path
) -> None:
    app = server.app
    page = app.outbox.add("page", "page", {}).id
    app.rules.add("stays", rule("dwell=3"), [page], by=0)
    app.cameras.add("door", parse(rtsp(clip=staying).url), by=0)
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


def test_a_rule_has_a_clip_recorded_of_a_camera_that_records_nothing_else(
    rtsp: Start, server: Server, staying: Path
) -> None:
    app = server.app
    recorded = app.cameras.add("door", parse(rtsp(clip=staying).url), by=0, recording="nothing", before=1.0)
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
    assert len(numbers(server, clip)) > 25 * (event.ended_at - event.started_at).total_seconds()
    assert app.clips.find(camera_id=other.id) == []


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
        assert len(numbers(server, before)) >= 90
    until(lambda: server.events(state="ended"), 40)
    event = server.events(state="ended")[-1]
    held = app.clips.get(event.clip_id or 0)
    assert held.kind == "continuous"
    assert held.started_at <= event.started_at
