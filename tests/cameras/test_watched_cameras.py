"""Cameras in a server: what moves becomes events, pictures, clips; faults are survived (real RTSP server)."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tenfold import images
from tenfold.cameras.address import parse
from tenfold.catalogue.entries.tables import SOURCES
from tests.cameras.conftest import RtspServer
from tests.cameras.serving import Server
from tests.waiting import until

pytestmark = pytest.mark.slow
av = pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
Start = Callable[..., RtspServer]
SECRET = "pass/word"


def _command_lines() -> Iterator[bytes]:
    """Of all processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_bytes()


@pytest.mark.quick
def test_a_page_s_camera_that_nobody_sends_says_so_and_ends_when_it_is_paused(server: Server) -> None:
    app = server.app
    camera = app.cameras.add("phone", parse("browser:desk"), by=0)
    app.watched_cameras.wake()
    until(lambda: app.watched_cameras.running(camera.id))
    watch = app.watched_cameras.running(camera.id)
    assert watch is not None
    until(lambda: watch.status()["faults"])
    assert watch.status()["faults"][0]["code"] == "no-sender"
    app.cameras.pause(camera.id)
    app.watched_cameras.wake()
    until(lambda: app.watched_cameras.running(camera.id) is None)


def test_what_moves_is_an_event_with_a_picture_in_the_catalogue_and_a_clip(
    rtsp: Start,
    server: Server,
    passing: Path,
) -> None:
    app = server.app
    url = rtsp(clip=passing).url
    camera = app.cameras.add("door", parse(url), by=0, before=2.0, after=1.0)
    app.watched_cameras.wake()
    until(lambda: server.events(state="open"))
    until(lambda: server.events(state="ended"), 30)
    event = server.events(state="ended")[-1]
    assert event.label == "red"
    assert event.crop is not None
    assert app.blobs("events").size(event.crop)
    assert event.entry_id is not None
    (entry,) = app.ingest.entries([event.entry_id])
    assert entry.sources == SOURCES["camera"]
    assert event.clip_id is not None
    until(lambda: app.clips.get(event.clip_id or 0).state == "whole")
    row = app.clips.get(event.clip_id)
    with app.clips.open(row) as content, av.open(content) as file:
        stream = file.streams.video[0]
        assert stream.codec_context.name == "h264"
        frames = sum(1 for _ in file.decode(stream))
        assert float(frames) == pytest.approx(file.duration / 1e6 * 25, abs=2)
    assert row.started_at.timestamp() <= event.started_at.timestamp() - 1.9
    assert row.ended_at.timestamp() >= event.ended_at.timestamp() + 0.9
    assert camera.id == event.camera_id


@pytest.mark.long
def test_a_camera_that_freezes_in_mid_event_keeps_what_came_and_is_watched_again(
    rtsp: Start,
    server: Server,
    units: Path,
) -> None:
    app = server.app
    source = rtsp(clip=units)
    camera = app.cameras.add("door", parse(source.url), by=0)
    app.watched_cameras.wake()
    until(lambda: server.events(state="open"))
    source.freeze()
    until(lambda: not server.events(state="open"), 20)
    watch = app.watched_cameras.running(camera.id)
    assert watch is not None
    assert watch.status()["faults"]
    cut = server.events()[0]
    until(lambda: app.clips.get(cut.clip_id or 0).bytes > 0)
    source.thaw()
    known = {event.id for event in server.events()}
    until(lambda: {event.id for event in server.events()} - known, 20)
    with app.clips.open(app.clips.get(cut.clip_id or 0)) as content, av.open(content) as file:
        assert sum(1 for _ in file.decode(video=0)) > 25


@pytest.mark.long
def test_a_camera_whose_model_is_gone_says_so_though_nothing_moves_and_the_default_names_what_does(
    rtsp: Start, server: Server, passing: Path
) -> None:
    app = server.app
    camera = app.cameras.add("door", parse(rtsp(clip=passing).url), by=0, model_hash="0" * 64)
    app.watched_cameras.wake()
    until(lambda: app.watched_cameras.running(camera.id))
    watch = app.watched_cameras.running(camera.id)
    assert watch is not None
    watch._watcher.process = lambda frame: []  # type: ignore[method-assign]
    until(lambda: watch.status()["model_problem"])
    assert "is not registered" in watch.status()["model_problem"]["detail"]
    assert not server.events()
    app.cameras.change(camera.id, name="gate")  # it is opened anew
    app.watched_cameras.wake()
    until(lambda: server.events(state="ended"), 40)
    assert (server.events()[-1].label, server.events()[-1].model_hash) == (
        "red",
        app.camera_models.default_hash,
    )


def test_nothing_of_a_mask_is_shown_or_stored(rtsp: Start, server: Server, units: Path) -> None:
    app = server.app
    left = {"name": "window", "corners": [[0, 0], [0.3, 0], [0.3, 1], [0, 1]]}
    camera = app.cameras.add("door", parse(rtsp(clip=units).url), by=0, masks=[left], after=1.0)
    app.watched_cameras.wake()
    until(lambda: server.events())
    watch = app.watched_cameras.running(camera.id)
    assert watch is not None
    shown = watch.live.picture()
    assert shown is not None
    pixels = images.read(shown.content)
    assert pixels[:, :88].max() < 40 < pixels[:, 110:].mean()
    event = server.events()[0]
    until(lambda: app.clips.get(event.clip_id or 0).bytes > 10_000)
    with app.clips.open(app.clips.get(event.clip_id or 0)) as content, av.open(content) as file:
        for frame in file.decode(video=0):
            assert frame.to_ndarray(format="rgb24")[:, :88].max() < 40


def test_a_camera_is_stopped_within_two_seconds_whatever_it_does(
    rtsp: Start,
    server: Server,
    units: Path,
) -> None:
    app = server.app
    good, frozen = rtsp(clip=units), rtsp(clip=units)
    for name, url in {"good": good.url, "frozen": frozen.url, "away": "rtsp://127.0.0.1:9/x"}.items():
        app.cameras.add(name, parse(url), by=0)
    app.watched_cameras.wake()
    until(lambda: server.events())
    frozen.freeze()
    time.sleep(1)
    rows = app.cameras.all()
    for row in rows:
        app.cameras.pause(row.id)
    app.watched_cameras.wake()
    began = time.monotonic()
    until(lambda: all(app.watched_cameras.running(row.id) is None for row in rows), 5)
    assert time.monotonic() - began < 3.0
    assert server.stop() < 2.5


def test_a_password_is_nowhere_but_in_its_row(
    rtsp: Start,
    server: Server,
    units: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = server.app
    source = rtsp("--user", "ann", "--password", SECRET, clip=units)
    url = source.url.replace("//", "//ann:wrong@")
    wrong = app.cameras.add("wrong", parse(url), by=0)
    right = app.cameras.add("right", parse(source.url, user="ann", password=SECRET), by=0)
    app.watched_cameras.wake()
    until(lambda: server.events(cameras=[right.id]))
    until(lambda: app.watched_cameras.running(wrong.id).status()["faults"])  # type: ignore[union-attr]
    shown = [app.watched_cameras.running(one.id).status() for one in (wrong, right)]  # type: ignore[union-attr]
    assert shown[0]["faults"][0]["code"] == "wrong-password"
    commands = [line for line in _command_lines() if b"rtsp_server" not in line]
    everything = repr(shown).encode() + caplog.text.encode() + b" ".join(commands)
    for secret in (SECRET, "pass%2Fword", "ann:wrong"):
        assert secret.encode() not in everything
