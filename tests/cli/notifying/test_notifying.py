"""Rules and destinations in the terminal: added, listed, tried with a real receiver, removed."""

import json
from datetime import timedelta

import pytest

from tenfold.cameras.address import parse
from tenfold.cameras.rules.text import parse as parse_rule
from tenfold.database import now
from tenfold.runtime import App
from tests.cameras.events import seen
from tests.cli.conftest import Command
from tests.outbox.receivers import Receiver

pytestmark = pytest.mark.usefixtures("own_home")


def test_a_destination_is_added_tried_listed_and_removed(tenfold: Command, receiver: Receiver) -> None:
    added = tenfold("destination", "add", "House", "webhook", "--url", receiver.url, "--local")
    assert (added.status, added.out[:6]) == (0, "whsec_")
    tried = tenfold("destination", "test", "House")
    assert (tried.status, tried.out) == (0, "House: received\n")
    assert receiver.texts() == ["This is a test: messages arrive here."]
    receiver.status = 410
    tried = tenfold("destination", "test", "1")
    assert tried.status == 1
    assert "House: given up: " in tried.out
    assert "410" in tried.out
    listed = tenfold("destination", "list")
    assert "House" in listed.out
    assert "failing" in listed.out
    assert added.out.strip() not in listed.out + tenfold("destination", "list", "--json").out
    assert tenfold("destination", "remove", "House").status == 0
    gone = tenfold("destination", "remove", "House")
    assert (gone.status, "The destination House does not exist" in gone.err) == (1, True)


@pytest.mark.slow
def test_a_receiver_that_is_away_is_said_and_the_message_waits(tenfold: Command, receiver: Receiver) -> None:
    tenfold("destination", "add", "House", "webhook", "--url", receiver.url, "--local")
    receiver.stop()
    tried = tenfold("destination", "test", "House", "--seconds", 2)
    assert tried.status == 1
    assert "House: not received yet; it will be sent again: " in tried.out
    (facts,) = [json.loads(line) for line in tenfold("destination", "list", "--json").out.splitlines()]
    assert facts["waiting"] == 1


def test_a_rule_is_added_listed_tried_and_removed(tenfold: Command) -> None:
    tenfold("destination", "add", "Browsers", "page")
    conditions = ("class=person,dog", "between=22:00-06:00", "zone='front door'")
    added = tenfold("rule", "add", "Night", *conditions, "--to", "Browsers", "--record")
    assert (added.status, added.out) == (0, "Rule 1, Night, holds from now on.\n")
    (facts,) = [json.loads(line) for line in tenfold("rule", "list", "--json").out.splitlines()]
    assert facts["text"] == "class=person,dog zone='front door' between=22:00-06:00"
    assert (facts["destinations"], facts["record"]) == (["Browsers"], True)
    assert "Browsers, a clip" in tenfold("rule", "list").out
    tried = tenfold("rule", "test", "Night")
    assert (tried.status, tried.out) == (0, "Browsers: received\n")
    assert tenfold("rule", "remove", "1").status == 0
    assert "There is no rule" in tenfold("rule", "list").out
    assert tenfold("rule", "add", "x", "colour=red").status == 2
    assert tenfold("rule", "test", "Night").status == 1


def test_what_a_rule_would_have_fired_for_on_the_last_day(tenfold: Command) -> None:
    with App() as app:
        door = app.cameras.add("Door", parse("rtsp://127.0.0.1:9/live"), by=0)
        for hours, label in ((30, "cat"), (5, "cat"), (3, ""), (1, "cat")):
            app.camera_events.open(door.id, **seen(now() - timedelta(hours=hours), label=label))
        app.rules.add("Cats", parse_rule("class=cat"), [], by=0)
    for what in (("Cats",), ("1",), ("class=cat", "cool-down=60")):
        said = tenfold("rule", "would-have-fired", *what)
        assert said.out.splitlines()[-1] == "It would have fired for 2 of 3 events of the last day."
    lines = tenfold("rule", "would-have-fired", "--json").out.splitlines()
    assert [json.loads(line)["class"] for line in lines] == ["cat", "", "cat"]
    assert "none of these 80%  Door" in tenfold("rule", "would-have-fired").out
    unknown = tenfold("rule", "would-have-fired", "Dogs")
    assert (unknown.status, "The rule Dogs does not exist" in unknown.err) == (1, True)
