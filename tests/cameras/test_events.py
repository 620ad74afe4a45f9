"""Cameras and events in their tables, on SQLite and PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tenfold.cameras.address import parse
from tenfold.cameras.cameras import Cameras, address_of
from tenfold.cameras.events import CameraEvents, EventFilter, HourCount
from tenfold.cameras.tables import EventRow
from tenfold.database import Database
from tenfold.errors import CameraError, UnknownCamera, UnknownCameraEvent
from tests.cameras.events import NOON, seen

SECRET = "s3cret/word"


def test_a_camera_keeps_its_address_and_shows_no_password(database: Database) -> None:
    cameras = Cameras(database)
    row = cameras.add(" Front  door ", parse(f"rtsp://admin:{SECRET}@10.0.0.9/live"), by=3)
    again = cameras.get(row.id)
    assert (again.name, address_of(again).password) == ("Front door", SECRET)
    assert SECRET not in repr(again) + address_of(again).description + again.target
    assert cameras.named("Front door").id == cameras.named(str(row.id)).id == row.id


def test_a_name_is_free_again_when_its_camera_is_removed_and_its_password_is_gone(database: Database) -> None:
    cameras = Cameras(database)
    row = cameras.add("door", parse("rtsp://a:b@10.0.0.9/live"), by=0)
    with pytest.raises(CameraError, match="The name 'door' is that of another camera"):
        cameras.add("door", parse("usb:0"), by=0)
    removed = cameras.remove(row.id)
    assert (removed.password, removed.user) == ("", "")
    cameras.add("door", parse("usb:0"), by=0)
    with pytest.raises(UnknownCamera, match=f"Camera {row.id} does not exist"):
        cameras.get(row.id)
    assert len(cameras.all()) == 1
    assert len(cameras.all(removed=True)) == 2


@pytest.mark.parametrize("source", ["street.mp4", "frames/", "http://host/street.mp4"])
def test_only_a_live_source_is_watched_by_a_server(database: Database, source: str) -> None:
    with pytest.raises(CameraError, match="is no camera that a server can watch"):
        Cameras(database).add("door", parse(source), by=0)


def test_a_camera_is_watched_by_one_process_and_taken_over_when_that_has_died(database: Database) -> None:
    cameras = Cameras(database)
    door, yard = (cameras.add(name, parse("usb:0"), by=0) for name in ("door", "yard"))
    cameras.pause(yard.id)
    assert [row.id for row in cameras.claim("one", ["one", "two"])] == [door.id]
    assert cameras.claim("two", ["one", "two"]) == []
    assert [row.id for row in cameras.claim("two", ["two"])] == [door.id]
    cameras.pause(yard.id, paused=False)
    assert [row.id for row in cameras.claim("one", ["one", "two"])] == [yard.id]
    cameras.tell("two", {door.id: {"phase": "running"}, yard.id: {"phase": "stolen"}})
    assert [row.status for row in cameras.all()] == [{"phase": "running"}, None]


def test_an_event_is_told_in_the_transaction_that_changes_it(database: Database) -> None:
    told: list[tuple[str, str, bool]] = []

    def note(session: Session, event: EventRow, change: str) -> None:
        told.append((change, event.state, session.in_transaction()))

    camera = Cameras(database).add("door", parse("usb:0"), by=0)
    events = CameraEvents(database, note)
    first = events.open(camera.id, **seen())
    events.change(first.id, "changed", zones=["gate"])
    events.change(first.id, "ended", label="cat")
    events.open(camera.id, **seen())
    assert events.cut([camera.id]) == 1
    assert told == [
        ("opened", "open", True),
        ("changed", "open", True),
        ("ended", "ended", True),
        ("opened", "open", True),
        ("cut", "cut", True),
    ]
    assert events.get(first.id).label == "cat"


def test_events_are_found_by_camera_class_zone_and_time(database: Database) -> None:
    cameras, events = Cameras(database), CameraEvents(database)
    door, yard = (cameras.add(name, parse("usb:0"), by=0) for name in ("door", "yard"))
    first = events.open(door.id, **seen(zones=["gate", "path"])).id
    second = events.open(yard.id, **seen(NOON + timedelta(hours=1), label="")).id
    third = events.open(door.id, **seen(NOON + timedelta(hours=2))).id
    events.set(third, corrected_label="cat")

    def found(**asked: Any) -> list[int]:
        return [row.id for row in events.find(EventFilter(**asked))]

    assert found() == [third, second, first]
    assert found(cameras=[door.id]) == [third, first]
    assert (found(label="dog"), found(label="cat"), found(label="")) == ([first], [third], [second])
    assert (found(zone="path"), found(zone="street")) == ([first], [])
    assert found(since=NOON + timedelta(minutes=30)) == [third, second]
    assert found(until=NOON + timedelta(minutes=30)) == [first]
    assert events.find(EventFilter(), limit=1, before=third)[0].id == second
    assert events.acknowledge([first, first, 99], by=2) == 1
    assert found(acknowledged=True) == [first]
    assert found(acknowledged=False) == [third, second]
    hour = NOON.replace(minute=0)
    assert events.by_hour(EventFilter(cameras=[door.id])) == [
        HourCount(hour, "dog", 1),
        HourCount(hour + timedelta(hours=2), "cat", 1),
    ]


def test_of_an_event_that_does_not_exist_it_is_said(database: Database) -> None:
    events = CameraEvents(database)
    with pytest.raises(UnknownCameraEvent, match="Event 7 does not exist"):
        events.get(7)
    with pytest.raises(UnknownCameraEvent):
        events.set(2**70, crop="x")
    assert events.change(7, "ended") is None
