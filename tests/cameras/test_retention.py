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
from tenfold.cameras.tables import ClipRow
from tenfold.database import Database, now
from tenfold.errors import CameraError
from tenfold.storage import BlobStore, LocalStore, MemoryStore
from tests.cameras.events import seen

SIZE = 1000


class Kept:
    """The cameras, events and clips of one database, and a disk of some size."""

    def __init__(
        self, database: Database, folder: Path, disk: int = 10**9, store: BlobStore | None = None
    ) -> None:
        self.cameras, self.events = Cameras(database), CameraEvents(database)
        self.store = store or LocalStore(folder)
        self.clips, self.crops, self.disk = Clips(database, self.store, folder), MemoryStore(), disk
        self.retention = Retention(
            self.cameras, self.events, self.clips, self.crops, reserve=2500, free=self._free
        )

    def _free(self, folder: Path) -> int:
        return self.disk - sum(path.stat().st_size for path in folder.rglob("*.mp4"))

    def clip(self, camera: int, days: float, kind: str = "events") -> ClipRow:
        start = now() - timedelta(days=days)
        row = self.clips.begin(camera, kind, start)
        self.clips.written_to(row).write_bytes(bytes(SIZE))
        self.clips.store(row.id, ended_at=start + timedelta(seconds=10))
        return row

    def event(self, camera: int, days: float, **values: Any) -> int:
        row = self.events.open(camera, **seen(now() - timedelta(days=days), **values))
        self.crops.put(f"{row.id}.jpg", b"x")
        self.events.change(row.id, "ended", crop=f"{row.id}.jpg")
        return row.id

    def left(self) -> list[int]:
        return sorted(row.id for row in self.clips.find())


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return LocalStore(tmp_path / "clips") if request.param == "local" else MemoryStore()


def test_a_clip_is_read_while_it_is_written_and_where_it_is_stored(
    database: Database, tmp_path: Path, store: BlobStore
) -> None:
    clips = Kept(database, tmp_path / "clips", store=store).clips
    row = clips.begin(Cameras(database).add("door", parse("usb:0"), by=0).id, "events", now())
    with pytest.raises(FileNotFoundError):
        clips.open(row)
    clips.written_to(row).write_bytes(b"half")
    with clips.open(row) as reader:
        clips.written_to(row).write_bytes(b"the whole")
        clips.store(row.id)
        assert reader.read() == b"the whole"  # a reader keeps what it opened
    with clips.open(row) as reader:
        reader.seek(4)
        assert reader.read() == b"whole"
    assert list(store.all_keys()) == [row.file]
    assert not clips.written_to(row).exists()
    kept = clips.get(row.id)
    assert (kept.state, kept.bytes) == ("whole", 9)


def test_a_clip_that_was_stored_by_a_process_that_was_killed_is_whole_and_one_without_a_file_goes(
    database: Database, tmp_path: Path, store: BlobStore
) -> None:
    kept = Kept(database, tmp_path / "clips", store=store)
    camera = kept.cameras.add("door", parse("usb:0"), by=0).id
    stored, empty = (kept.clips.begin(camera, "events", now()) for _ in range(2))
    store.put(stored.file, b"content")
    for row in kept.clips.unfinished(camera):
        kept.clips.store(row.id)
    assert empty.id not in kept.left()
    assert (kept.clips.get(stored.id).state, kept.clips.get(stored.id).bytes) == ("whole", 7)


def test_a_clip_that_cannot_be_stored_stays_where_it_was_written(
    database: Database, tmp_path: Path, store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = Kept(database, tmp_path / "clips", store=store).clips
    row = clips.begin(Cameras(database).add("door", parse("usb:0"), by=0).id, "events", now())
    clips.written_to(row).write_bytes(b"content")

    def full(key: str, file: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(store, "put_file", full)
        with pytest.raises(CameraError, match="full"):
            clips.store(row.id)
    assert clips.get(row.id).state == "writing"
    with clips.open(row) as reader:
        assert reader.read() == b"content"
    clips.store(row.id)
    assert clips.get(row.id).state == "whole"


def test_a_stored_clip_is_written_anew_where_that_can_be_done(
    database: Database, tmp_path: Path, store: BlobStore
) -> None:
    kept = Kept(database, tmp_path / "clips", store=store)
    row = kept.clip(kept.cameras.add("door", parse("usb:0"), by=0).id, 1)

    def half(clip: Path, other: Path) -> bool:
        other.write_bytes(b"half")
        return False

    def whole(clip: Path, other: Path) -> bool:
        return other.write_bytes(clip.read_bytes() + b"index") > 0

    assert kept.clips.rewrite(row, half) == SIZE
    assert kept.clips.rewrite(row, whole) == SIZE + 5
    with kept.clips.open(row) as reader:
        assert reader.read() == bytes(SIZE) + b"index"
    assert list((tmp_path / "clips" / ".writing").iterdir()) == []


def test_clips_that_are_not_on_this_disk_stay_when_it_is_full(database: Database, tmp_path: Path) -> None:
    kept = Kept(database, tmp_path / "clips", disk=100, store=MemoryStore())
    clip = kept.clip(kept.cameras.add("door", parse("usb:0"), by=0).id, 1, "continuous")
    kept.retention.tidy()
    assert kept.left() == [clip.id]
    assert not kept.retention.room.is_set()


def test_events_go_by_the_age_of_their_class_and_clips_with_the_last_of_their_events(
    database: Database, tmp_path: Path, store: BlobStore
) -> None:
    kept = Kept(database, tmp_path / "clips", store=store)
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
    assert list(kept.store.all_keys()) == sorted([shared.file, always.file])
    assert {one.reason for one in kept.clips.deletions()} == {"age"}


def test_the_oldest_clips_of_a_camera_go_where_it_takes_more_than_it_may(
    database: Database, tmp_path: Path, store: BlobStore
) -> None:
    kept = Kept(database, tmp_path / "clips", store=store)
    camera = kept.cameras.add("door", parse("usb:0"), by=0, keep_bytes=2 * SIZE).id
    clips = [kept.clip(camera, days) for days in (2, 1.5, 1, 0.5)]
    events = [kept.event(camera, 1, clip_id=clip.id) for clip in clips]
    kept.retention.tidy()
    assert kept.left() == [clip.id for clip in clips[2:]]
    assert kept.events.get(events[0]).clip_id is None
    (deleted,) = kept.clips.deletions()
    assert (deleted.reason, deleted.clips, deleted.bytes) == ("size", 2, 2 * SIZE)


def test_of_a_class_the_oldest_clips_go_where_they_take_more_than_they_may_and_no_others(
    database: Database, tmp_path: Path, store: BlobStore
) -> None:
    kept = Kept(database, tmp_path / "clips", store=store)
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
    database: Database, tmp_path: Path, store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(database, tmp_path / "clips", store=store)
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


def test_rows_without_a_clip_go_and_clips_without_a_row_stay(
    database: Database, tmp_path: Path, store: BlobStore, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Kept(database, tmp_path / "clips", store=store)
    camera = kept.cameras.add("door", parse("usb:0"), by=0).id
    gone, there = kept.clip(camera, 1, "continuous"), kept.clip(camera, 1, "continuous")
    kept.store.delete(gone.file)
    kept.store.put("holiday.mp4", b"x")
    half, orphan = (kept.clips.begin(camera, "events", now()) for _ in range(2))
    for row in (half, orphan):
        kept.clips.written_to(row).write_bytes(b"x")
    kept.clips.forget(orphan.id)
    kept.retention.tidy()
    assert kept.left() == [there.id, half.id]
    assert kept.store.size("holiday.mp4") == 1
    assert kept.clips.written_to(orphan).exists()
    assert "2 clips in " in caplog.text
    assert "are of no camera here" in caplog.text


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
    with pytest.raises(CameraError, match="Check whether its disk is mounted"):
        kept.clip(camera, 0)
    assert len(kept.left()) == 1
