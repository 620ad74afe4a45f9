"""Entries go with their events, unless a person has said what they are."""

from datetime import timedelta

from tenfold.cameras.address import parse
from tenfold.cameras.events import EventFilter
from tenfold.catalogue.entries.originals import hash_of
from tenfold.database import now
from tests.cameras.events import seen
from tests.fakes import FakeApp, picture


def test_entries_go_with_their_events_but_those_that_a_person_corrected_or_added() -> None:
    with FakeApp() as app:
        camera = app.cameras.add("door", parse("usb:0"), by=0, keep_days=3).id
        entries = []
        for number, days in enumerate((4, 4, 4, 1)):
            content = picture((number * 20, 0, 0))
            entry = app.ingest.add(content, name=f"{number}.png", source="camera").entry.id
            start = now() - timedelta(days=days)
            row = app.camera_events.open(camera, **seen(start, entry_id=entry))
            app.camera_events.change(row.id, "ended")
            entries.append(entry)
        app.actions.do("correct", [entries[1]], label="red")
        app.ingest.add(picture((40, 0, 0)), name="2.png", source="upload")
        app.retention.tidy()
        left = app.ingest.entries(entries)
        assert [entry.id for entry in left] == entries[1:]
        assert all(entry.deleted_at is None for entry in left)
        assert not app.originals.has(hash_of(picture((0, 0, 0)))), "the picture is gone from the disk"
        assert len(app.camera_events.find(EventFilter())) == 1
