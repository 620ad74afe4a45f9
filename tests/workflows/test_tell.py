"""An event becomes messages, by the rules, in its own transaction."""

import pytest

from tenfold.cameras.address import parse as address
from tenfold.cameras.cameras import Cameras
from tenfold.cameras.events import CameraEvents
from tenfold.cameras.rules.kept import Rules
from tenfold.cameras.rules.text import parse
from tenfold.cameras.tables import CameraRow
from tenfold.database import Database, now
from tenfold.outbox import Outbox, OutboxQueue
from tenfold.storage import MemoryStore
from tenfold.workflows.tell import Tell
from tests.cameras.events import seen


class Watched:
    """A camera, a destination, and what tells of its events."""

    def __init__(self, database: Database) -> None:
        self.outbox, self.rules, self.pictures = Outbox(database), Rules(database), MemoryStore()
        tell = Tell(self.rules, self.outbox, self.pictures)
        self.events = CameraEvents(database, tell.note)
        self.cameras = Cameras(database, tell.removed)
        self.camera: CameraRow = self.cameras.add("Front door", address("rtsp://camera/1"), by=0)
        self.page = self.outbox.add("page", "page", {}).id
        self.queue = OutboxQueue(database)

    def open(self, label: str = "person", **values: object) -> int:
        usual = {"confidence": 0.87, "zones": ["porch"], "path": [[0, 0, 0, 64, 240], [2, 300, 0, 64, 240]]}
        return self.events.open(self.camera.id, **seen(now(), label=label, **(usual | values))).id

    def texts(self) -> list[str]:
        return [row.fields["title"] for row in reversed(self.outbox.messages(self.page))]


@pytest.fixture
def watched(database: Database) -> Watched:
    return Watched(database)


def test_a_rule_sends_a_message_with_the_picture(watched: Watched) -> None:
    watched.rules.add("Night", parse("class=person zone=porch"), [watched.page], by=0)
    watched.pictures.put("1.jpg", b"a jpeg")
    number = watched.open(crop="1.jpg")
    found = watched.queue.next(watched.page)
    assert found is not None
    message = found[1]
    assert (message.title, message.source, message.picture) == (
        "person · Front door", f"camera-{watched.camera.id}", b"a jpeg",
    )  # fmt: skip
    assert message.data["event"] == number
    assert message.data["rule"] == "Night"
    assert "87%" in message.text
    assert "porch" in message.text


def test_what_is_none_of_the_classes_is_told_in_words(watched: Watched) -> None:
    watched.rules.add("all", parse(""), [watched.page], by=0)
    watched.open("")
    found = watched.queue.next(watched.page)
    assert found is not None
    assert (found[1].title, found[1].data["class"]) == ("none of these · Front door", "none of these")


def test_an_event_is_told_once_by_each_rule_however_it_changes(watched: Watched) -> None:
    watched.rules.add("people", parse("class=person"), [watched.page], by=0)
    watched.rules.add("all", parse(""), [watched.page], by=0)
    number = watched.open("cat")
    assert watched.texts() == ["cat · Front door"]
    watched.events.change(number, "changed", label="person")
    watched.events.change(number, "ended")
    assert watched.texts() == ["cat · Front door", "person · Front door"]


def test_a_rule_that_is_off_or_meets_nothing_sends_nothing(watched: Watched) -> None:
    off = watched.rules.add("off", parse(""), [watched.page], by=0)
    watched.rules.change(off.id, enabled=False)
    watched.rules.add("dogs", parse("class=dog"), [watched.page], by=0)
    watched.open()
    assert watched.texts() == []


def test_a_cool_down_is_remembered_by_the_next_process(watched: Watched, database: Database) -> None:
    watched.rules.add("calm", parse("cool-down=60"), [watched.page], by=0)
    watched.open()
    again = CameraEvents(database, Tell(Rules(database), watched.outbox, watched.pictures).note)
    watched.events = again
    watched.open()
    assert len(watched.texts()) == 1


def test_an_event_that_is_not_kept_is_not_told(watched: Watched) -> None:
    watched.rules.add("all", parse(""), [watched.page], by=0)
    with pytest.raises(Exception, match=r"(?i)not.?null"):
        watched.open(confidence=None)
    assert watched.texts() == []


def test_brokers_and_nobody_else_are_told_that_a_camera_was_removed(watched: Watched) -> None:
    broker = watched.outbox.add("broker", "mqtt", {"host": "127.0.0.1"}).id
    watched.rules.add("people", parse("class=person"), [watched.page, broker], by=0)
    watched.open()
    unclear = watched.open("cat")
    watched.cameras.remove(watched.camera.id)
    watched.events.change(unclear, "changed", label="person")
    assert len(watched.texts()) == 1
    told = [row.fields for row in reversed(watched.outbox.messages(broker))]
    assert [one["data"]["type"] for one in told] == ["event", "removed"]
    assert {one["source"] for one in told} == {f"camera-{watched.camera.id}"}


def test_a_rule_that_records_says_so_of_what_it_fires_for(watched: Watched) -> None:
    recording = watched.rules.add("people", parse("class=person"), [], record=True, by=0)
    person, cat = watched.open("person"), watched.open("cat")
    assert [watched.events.get(number).record for number in (person, cat)] == [True, False]
    watched.rules.change(recording.id, record=False)
    assert not watched.events.get(watched.open("person")).record


def test_a_line_is_crossed_by_the_feet(watched: Watched) -> None:
    watched.rules.add("in", parse("line=0.3,1,0.3,0 cross=right"), [watched.page], by=0)
    watched.rules.add("out", parse("line=0.3,1,0.3,0 cross=left"), [watched.page], by=0)
    watched.open()
    assert len(watched.texts()) == 1
