"""Clips and events go by age, by size and before the disk is full; rows and files agree."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tenfold.cameras import retention
from tenfold.cameras.address import parse
from tenfold.cameras.cameras import Cameras
from tenfold.cameras.clips import Clips
from tenfold.cameras.events import CameraEvents, EventFilter
from tenfold.cameras.retention import Retention
from tenfold.cameras.tables import WHOLE, ClipRow
from tenfold.database import Database, now
from tenfold.errors import CameraError
from tenfold.storage import MemoryStore
from tests.cameras.events import seen

SIZE = 1000


class Kept:
    """The cameras, events and clips of one database, and a disk of some size."""

    def __init__(self, database: Database, folder: Path, disk: int = 10**9) -> None:
        self.cameras, self.events = Cameras(database), CameraEvents(database)
        self.clips, self.crops, self.disk = Clips(database, folder), MemoryStore(), disk
        self.retention = Retention(
            self.cameras, self.events, self.clips, self.crops, reserve=2500, free=self._free
        )

    def _free(self, folder: Path) -> int:
        return self.disk - sum(path.stat().st_size for path in folder.rglob("*.mp4"))

    def clip(self, camera: int, days: float, kind: str = "events") -> ClipRow:
        start = now() - timedelta(days=days)
        row = self.clips.begin(camera, kind, start)
        path = self.clips.path(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(SIZE))
        self.clips.change(row.id, state=WHOLE, bytes=SIZE, ended_at=start + timedelta(seconds=10))
        return row

    def event(self, camera: int, days: float, **values: Any) -> int:
        row = self.events.open(camera, **seen(now() - timedelta(days=days), **values))
        self.crops.put(f"{row.id}.jpg", b"x")
        self.events.change(row.id, "ended", crop=f"{row.id}.jpg")
        return row.id

    def left(self) -> list[int]:
        return sorted(row.id for row in self.clips.find())


def test_events_go_by_the_age_of_their_class_and_clips_with_the_last_of_their_events(
    database: Database, tmp_path: Path
) -> None:
    kept = Kept(database, tmp_path / "clips")
    camera = kept.cameras.add("door", parse("usb:0"), by=0, keep_days=3, keep_days_of={"person": 1.0}).id
    shared, alone, old = kept.clip(camera, 2), kept.clip(camera, 2), kept.clip(camera, 4)
    dog = kept.event(camera, 2, clip_id=shared.id)
    for clip in (shared, alone):
        kept.event(camera, 2, label="person", clip_id=clip.id)
    kept.event(camera, 4, clip_id=old.id)
    always = kept.clip(camera, 2, "continuous")
    kept.clip(camera, 4, "continuous")
    kept.retention.tidy()
    assert [row.id for row in kept.events.find(EventFilter())] == [dog]
    assert list(kept.crops.all_keys()) == [f"{dog}.jpg"]
    assert kept.left() == [shared.id, always.id]
    assert len(list((tmp_path / "clips").rglob("*.mp4"))) == 2
    assert {one.reason for one in kept.clips.deletions()} == {"age"}


def test_the_oldest_clips_of_a_camera_go_where_it_takes_more_than_it_may(
    database: Database, tmp_path: Path
) -> None:
    kept = Kept(database, tmp_path / "clips")
    camera = kept.cameras.add("door", parse("usb:0"), by=0, keep_bytes=2 * SIZE).id
    clips = [kept.clip(camera, days) for days in (2, 1.5, 1, 0.5)]
    events = [kept.event(camera, 1, clip_id=clip.id) for clip in clips]
    kept.retention.tidy()
    assert kept.left() == [clip.id for clip in clips[2:]]
    assert kept.events.get(events[0]).clip_id is None
    (deleted,) = kept.clips.deletions()
    assert (deleted.reason, deleted.clips, deleted.bytes) == ("size", 2, 2 * SIZE)


def test_of_a_class_the_oldest_clips_go_where_they_take_more_than_they_may_and_no_others(
    database: Database, tmp_path: Path
) -> None:
    kept = Kept(database, tmp_path / "clips")
    camera = kept.cameras.add("door", parse("usb:0"), by=0, keep_bytes_of={"person": 2 * SIZE}).id
    other = kept.cameras.add("yard", parse("usb:1"), by=0).id
    clips = [kept.clip(camera, days) for days in (2, 1.5, 1, 0.5)]
    persons = [kept.event(camera, 1, label="person", clip_id=clip.id) for clip in clips[:3]]
    kept.event(camera, 1, label="person", clip_id=clips[0].id)
    kept.event(camera, 1, label="person", corrected_label="dog", clip_id=clips[3].id)
    dog, elsewhere = kept.clip(camera, 2.5), kept.clip(other, 2.5)
    kept.event(camera, 2.5, label="dog", clip_id=dog.id)
    kept.event(other, 2.5, label="person", clip_id=elsewhere.id)
    kept.retention.tidy()
    assert kept.left() == [*[clip.id for clip in clips[1:]], dog.id, elsewhere.id]
    assert kept.events.get(persons[0]).clip_id is None
    (deleted,) = kept.clips.deletions()
    assert (deleted.camera_id, deleted.reason, deleted.clips, deleted.bytes) == (camera, "size", 1, SIZE)


def test_the_oldest_clips_go_before_the_disk_is_full_and_nothing_is_written_where_that_is_not_enough(
    database: Database, tmp_path: Path
) -> None:
    kept = Kept(database, tmp_path / "clips", disk=5000)
    camera = kept.cameras.add("door", parse("usb:0"), by=0).id
    clips = [kept.clip(camera, days) for days in (2, 1.5, 1, 0.5)]
    for clip in clips:
        kept.event(camera, 1, clip_id=clip.id)
    kept.retention.tidy()
    assert kept.left() == [clip.id for clip in clips[2:]]
    assert kept.clips.deletions()[0].reason == "disk"
    assert kept.retention.room.is_set()
    kept.disk = 100
    kept.retention.tidy()
    assert kept.left() == []
    assert not kept.retention.room.is_set()


def test_nothing_goes_by_its_age_for_a_day_where_the_clock_went_forward(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(database, tmp_path / "clips")
    camera = kept.cameras.add("door", parse("usb:0"), by=0, keep_days=3).id
    clip = kept.clip(camera, 1, "continuous")
    event = kept.event(camera, 1)
    ahead, gone = 0.0, 0.0
    time_of_day, counted = time.time, time.monotonic
    monkeypatch.setattr(retention, "now", lambda: now() + timedelta(seconds=ahead + gone))
    monkeypatch.setattr("tenfold.cameras.retention.time.time", lambda: time_of_day() + ahead + gone)
    monkeypatch.setattr("tenfold.cameras.retention.time.monotonic", lambda: counted() + gone)
    kept.retention.tidy()
    ahead = 40 * 86400.0
    kept.retention.tidy()
    gone = 23 * 3600.0
    kept.retention.tidy()
    assert (kept.left(), len(kept.events.find(EventFilter()))) == ([clip.id], 1)
    gone = 25 * 3600.0
    kept.retention.tidy()
    assert (kept.left(), kept.events.find(EventFilter())) == ([], []), event


def test_rows_without_a_file_go_and_files_without_a_row_stay(database: Database, tmp_path: Path) -> None:
    kept = Kept(database, tmp_path / "clips")
    camera = kept.cameras.add("door", parse("usb:0"), by=0).id
    gone, there = kept.clip(camera, 1, "continuous"), kept.clip(camera, 1, "continuous")
    kept.clips.path(gone).unlink()
    strange = tmp_path / "clips" / "holiday.mp4"
    strange.write_bytes(b"x")
    kept.retention.tidy()
    assert kept.left() == [there.id]
    assert strange.exists()
    assert kept.retention.unknown == 1


def test_where_the_disk_of_the_clips_is_not_mounted_no_row_goes_and_nothing_is_written(
    database: Database, tmp_path: Path
) -> None:
    kept = Kept(database, tmp_path / "clips")
    camera = kept.cameras.add("door", parse("usb:0"), by=0).id
    kept.clip(camera, 1, "continuous")
    (tmp_path / "clips").rename(tmp_path / "unmounted")
    (tmp_path / "clips").mkdir()
    with pytest.raises(CameraError, match="is not the folder that clips were written into"):
        kept.retention.tidy()
    with pytest.raises(CameraError, match="See whether its disk is mounted"):
        kept.clip(camera, 0)
    assert len(kept.left()) == 1
