"""Disks that are full, each a real one of a few megabytes: what is written there is whole, or not there.

Where this user may not mount a disk these are skipped; the other tests of full disks fail single writes.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy.exc import SQLAlchemyError

from tenfold.catalogue.entries.filters import Filters
from tenfold.database.faults import trouble
from tenfold.errors import BackupError, CatalogueError, LineError
from tenfold.line.trail.trail import Trail, TrailEntry
from tenfold.outbox import Message
from tenfold.outbox.outbox import new_key
from tenfold.paths import Home
from tenfold.runtime import App
from tenfold.settings import Settings
from tenfold.workflows.back_up import back_up, restore
from tests.environment.disks import enlarge, fill, small_disk
from tests.fakes import FakeApp, picture

pytestmark = pytest.mark.slow
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_backup_to_a_full_disk_says_so_and_the_last_one_can_still_be_restored(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with small_disk(tmp_path / "disk", "6m") as disk, FakeApp(Settings(home=home)) as app:
        app.ingest.add(picture(), name="first.png", source="upload")
        back_up(app.database, app.home, app.blobs, disk / "backup", secrets=True)
        filling = fill(disk)
        app.ingest.add(picture((1, 1, 250)), name="second.png", source="upload")
        with pytest.raises(BackupError, match=r"No space left|full"):
            back_up(app.database, app.home, app.blobs, disk / "backup", secrets=True)
        restore(disk / "backup", Home(tmp_path / "old"), App(Settings(home=tmp_path / "old")).blobs, None)
        with closing(sqlite3.connect(tmp_path / "old" / "tenfold.db")) as tables:
            assert tables.execute("SELECT name FROM entries").fetchall() == [("first.png",)]
        filling.unlink()
        enlarge(disk)
        back_up(app.database, app.home, app.blobs, disk / "backup", secrets=True)
        restore(disk / "backup", Home(tmp_path / "new"), App(Settings(home=tmp_path / "new")).blobs, None)
        with closing(sqlite3.connect(tmp_path / "new" / "tenfold.db")) as tables:
            assert tables.execute("SELECT count(*) FROM entries").fetchone() == (2,)


@pytest.mark.quick
def test_a_message_that_finds_no_room_is_refused_and_those_before_it_stay(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "4m") as disk, App(Settings(home=disk / "home")) as app:
        row = app.outbox.add("office", "webhook", {"url": "http://127.0.0.1:1/", "local": True})

        def put(count: int = 1) -> None:
            for _ in range(count):
                message = Message(new_key(), NOW, "door", "Door", "Person", "words", {}, bytes(100_000))
                with app.database.writing() as session:
                    app.outbox.put(session, message, [row.id])

        put()
        fill(disk)
        with pytest.raises(SQLAlchemyError) as refused:
            put(10)  # SQLite's journal may have room for some
        told = trouble(refused.value)
        assert told is not None
        assert told.reason == "disk-full"
        kept = len(app.outbox.messages(row.id))
        enlarge(disk)
        put()
        assert len(app.outbox.messages(row.id)) == kept + 1


@pytest.mark.quick
def test_a_trail_that_finds_no_room_says_so_and_stays_whole(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:

        def write(trail: Trail, *numbers: int) -> None:
            for number in numbers:
                entry = TrailEntry("part", "2026-01-01T00:00:00Z", {"verdict": "pass"}, number, bytes(50_000))
                trail.append([entry])

        with Trail(disk / "trail.db") as trail:
            write(trail, 1)
            filling = fill(disk)
            with pytest.raises(LineError):
                write(trail, *range(2, 40))
            assert trail.verify() is None
            kept = trail.last_part() or 0
            filling.unlink()
            enlarge(disk)
            write(trail, kept + 1)
            assert trail.verify() is None
            assert trail.last_part() == kept + 1


def test_an_export_to_a_full_disk_says_so_and_leaves_no_half_file(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk, FakeApp(Settings(home=tmp_path / "home")) as app:
        random = np.random.default_rng(0)
        for number in range(6):
            pixels = Image.fromarray(random.integers(0, 256, (300, 300, 3), np.uint8))
            pixels.save(content := BytesIO(), "PNG")
            app.ingest.add(content.getvalue(), name=f"{number}.png", source="upload")
        with pytest.raises(CatalogueError) as refused:
            app.exports.pictures_folder(Filters(), disk / "export")
        assert refused.value.reason == "disk-full"
        for file in (one for one in (disk / "export").rglob("*.png") if one.is_file()):
            with Image.open(file) as written:
                written.load()
