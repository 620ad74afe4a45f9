"""What is reported of clips is kept while the camera goes on, whatever the store does."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tenfold.cameras.address import parse
from tenfold.cameras.cameras import Cameras
from tenfold.cameras.clips import Clips
from tenfold.cameras.clips.recorder import ClipRecorder
from tenfold.cameras.decoder.process import ClipReport
from tenfold.cameras.tables import CameraRow
from tenfold.database import Database
from tenfold.storage import MemoryStore
from tests.waiting import until


class SlowStore(MemoryStore):
    """Takes a clip only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = threading.Event(), threading.Event()

    def put_file(self, key: str, file: Path) -> None:
        self.asked.set()
        assert self.may.wait(20)
        super().put_file(key, file)


class AwayStore(MemoryStore):
    """Takes nothing at first."""

    away = True

    def put_file(self, key: str, file: Path) -> None:
        if self.away:
            raise OSError(5, "Input/output error")
        super().put_file(key, file)


@pytest.fixture
def camera(database: Database) -> CameraRow:
    return Cameras(database).add("door", parse("usb:0"), by=0, recording="events")


def room() -> threading.Event:
    free = threading.Event()
    free.set()
    return free


def begun(recorder: ClipRecorder, clips: Clips) -> int:
    """A clip of which something was written."""
    number = recorder.event_began(time.time())
    assert number is not None
    clips.written_to(clips.get(number)).write_bytes(b"a clip")
    return number


def whole(clip: int) -> ClipReport:
    return ClipReport(clip, "whole", bytes=6, start=1.0, end=2.0)


def test_a_store_that_takes_long_holds_up_neither_the_camera_nor_the_next_clip(
    database: Database, camera: CameraRow, tmp_path: Path
) -> None:
    store = SlowStore()
    clips = Clips(database, store, tmp_path / "clips")
    recorder = ClipRecorder(camera, clips, room())
    first = begun(recorder, clips)
    recorder.told(whole(first))  # comes back though nothing is stored yet
    assert store.asked.wait(20)
    second = begun(recorder, clips)
    recorder.told(ClipReport(second, "writing", bytes=3, start=5.0))
    recorder.tend(time.time())
    recorder.lost()
    assert (clips.get(first).state, clips.get(second).state) == ("writing", "writing")
    store.may.set()
    until(lambda: {clips.get(one).state for one in (first, second)} == {"whole"})
    assert clips.get(first).ended_at.timestamp() == 2.0
    assert clips.get(second).started_at.timestamp() == 5.0
    assert recorder.problem is None


def test_a_clip_waits_for_a_store_that_is_away(database: Database, camera: CameraRow, tmp_path: Path) -> None:
    store = AwayStore()
    clips = Clips(database, store, tmp_path / "clips")
    recorder = ClipRecorder(camera, clips, room())
    clip = begun(recorder, clips)
    recorder.told(whole(clip))
    until(lambda: recorder.problem)
    assert "Input/output error" in str(recorder.problem)
    assert clips.get(clip).state == "writing"
    store.away = False
    recorder.tend(time.time())
    until(lambda: clips.get(clip).state == "whole")


def test_a_clip_is_reported_before_it_is_no_longer_written(
    database: Database, camera: CameraRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = Clips(database, MemoryStore(), tmp_path / "clips")
    recorder = ClipRecorder(camera, clips, room())
    clip, keeper = begun(recorder, clips), recorder._keeper
    written, report = [], keeper.report

    def noting(number: int, values: dict[str, Any] | None) -> None:
        written.append(number in recorder._written())
        report(number, values)

    monkeypatch.setattr(keeper, "report", noting)
    recorder.told(whole(clip))
    assert written == [True]
    assert not recorder._written()


def test_a_fault_of_the_program_is_raised_where_it_is_noticed_and_not_for_ever(
    database: Database, camera: CameraRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = Clips(database, MemoryStore(), tmp_path / "clips")
    recorder = ClipRecorder(camera, clips, room())
    clip = begun(recorder, clips)
    failed = threading.Event()

    def broken(*arguments: object, **values: object) -> None:
        failed.set()
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(clips, "store", broken)
        recorder.told(whole(clip))
        assert failed.wait(20)
        with pytest.raises(ZeroDivisionError):
            until(lambda: recorder.tend(time.time()))  # the thread may still be about to end
    recorder.tend(time.time())
    until(lambda: clips.get(clip).state == "whole")
