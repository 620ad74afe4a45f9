"""Destinations and rules over HTTP: no secret comes back, a test goes the way of all messages."""

import json
import time
from typing import Any

import pytest

from tenfold.cameras.address import parse
from tenfold.database import now
from tests.cameras.events import seen
from tests.outbox.receivers import Receiver
from tests.waiting import until
from tests.web.signed_in import Staffed

PLACE = "/api/v1/destinations"


def add(staffed: Staffed, name: str, kind: str = "page", **settings: Any) -> dict[str, Any]:
    made = staffed.ann.post(PLACE, json={"name": name, "kind": kind, "settings": settings})
    assert made.status_code == 201, made.text
    return dict(made.json())


def person(staffed: Staffed) -> int:
    """A person before a camera, as the service that watches writes it."""
    app = staffed.running.service.app
    cameras = app.cameras.all()
    camera = cameras[0] if cameras else app.cameras.add("Door", parse("rtsp://camera/1"), by=0)
    return app.camera_events.open(camera.id, **seen(now(), label="person")).id


def test_no_secret_of_a_destination_comes_back(staffed: Staffed) -> None:
    secrets = "KEY-IN-THE-PATH", "a secret of my own", "PASSWORD", "mailto-word"
    made = add(staffed, "hook", "webhook", url=f"https://hook.example/{secrets[0]}", secret=secrets[1])
    assert made["secret"] == secrets[1], "shown to whoever sets it up, this once"
    add(staffed, "broker", "mqtt", host="broker.example", user="ann", password=secrets[2])
    add(staffed, "mail", "apprise", url=f"mailtos://ann:{secrets[3]}@house.example/")
    listed = staffed.ann.get(PLACE)
    assert [one["address"] for one in listed.json()[-3:]] == [
        "https://hook.example", "mqtt://broker.example:1883/tenfold", "mailtos://",
    ]  # fmt: skip
    audit = staffed.ann.get("/api/v1/audit").text
    wrong = staffed.ann.post(PLACE, json={"name": "x", "kind": "webhook", "settings": {"url": ["PASSWORD"]}})
    assert wrong.status_code == 422
    for answer in (listed.text, audit, wrong.text):
        assert not any(secret in answer for secret in secrets), answer
    for one in listed.json()[-3:]:
        assert staffed.ann.delete(f"{PLACE}/{one['id']}").status_code == 204


@pytest.mark.parametrize("place", [PLACE, "/api/v1/rules"])
def test_a_name_that_cannot_be_used_has_a_reason_for_the_page(staffed: Staffed, place: str) -> None:
    def refused(name: str) -> dict[str, Any]:
        rest = {"kind": "page", "settings": {}} if place == PLACE else {"conditions": {}}
        answer = staffed.ann.post(place, json={"name": name} | rest)
        return {"status": answer.status_code, **answer.json()}

    made = refused("Night")
    assert made["status"] == 201
    taken, empty = refused("night"), refused(" ")
    staffed.ann.delete(f"{place}/{made['id']}")
    assert (taken["status"], taken["reason"], taken["params"]) == (422, "name-taken", {"name": "night"})
    assert (empty["status"], empty["reason"], empty["params"]) == (422, "name-length", {"most": 100})


@pytest.mark.parametrize(
    ("kind", "settings", "reason"),
    [
        ("webhook", {"url": "hook.example"}, "webhook-address"),
        ("webhook", {"url": "https://hook.example", "secret": "short"}, "webhook-secret"),
        ("mqtt", {"host": "no host"}, "broker-host"),
        ("mqtt", {"host": "broker", "prefix": "a b"}, "topic"),
        ("mqtt", {"host": "broker", "discovery": "#"}, "topic"),
        ("apprise", {"url": "none://of-them"}, "messenger-address"),
        ("apprise", {"url": "jsons://hook.example"}, "messenger-webhook"),
    ],
)
def test_a_setting_that_cannot_be_used_has_a_reason_for_the_page(
    staffed: Staffed, kind: str, settings: dict[str, str], reason: str
) -> None:
    answer = staffed.ann.post(PLACE, json={"name": "new", "kind": kind, "settings": settings})
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)


def test_a_part_that_is_not_installed_is_said_with_its_command(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.outbox.kinds.find_spec", lambda name: None)
    body = {"name": "hook", "kind": "webhook", "settings": {"url": "https://hook.example"}}
    answer = staffed.ann.post(PLACE, json=body)
    assert (answer.status_code, answer.json()["reason"]) == (501, "extra-missing")
    assert answer.json()["params"] == {"command": 'pip install "tenfold[notify]"'}


def test_a_test_goes_to_the_receiver_and_its_result_is_told(staffed: Staffed, receiver: Receiver) -> None:
    made = add(staffed, "tried", "webhook", url=receiver.url, local=True)
    asked = staffed.ann.post(f"{PLACE}/{made['id']}/test")
    assert asked.status_code == 202
    one = f"{PLACE}/{made['id']}/messages/{asked.json()['id']}"
    until(lambda: staffed.ann.get(one).json()["state"] == "sent")
    assert receiver.ids == [asked.json()["key"]]
    assert staffed.ann.get(f"{PLACE}/4711/messages/{asked.json()['id']}").status_code == 404
    staffed.ann.delete(f"{PLACE}/{made['id']}")


@pytest.mark.slow
def test_dead_letters_are_listed_tried_again_and_removed(staffed: Staffed, receiver: Receiver) -> None:
    receiver.status = 404
    made = add(staffed, "broken", "webhook", url=receiver.url, local=True)
    place = f"{PLACE}/{made['id']}"
    staffed.ann.post(f"{place}/test")
    until(lambda: staffed.ann.get(f"{place}/messages?state=dead").json())
    (dead,) = staffed.ann.get(f"{place}/messages?state=dead").json()
    assert dead["problem"]["reason"] == "refused-message"
    (shown,) = (one for one in staffed.ann.get(PLACE).json() if one["id"] == made["id"])
    assert (shown["dead"], shown["problem"]["code"]) == (1, "delivery-error")
    receiver.status = 200
    assert staffed.ann.post(f"{place}/retry?message_id={dead['id']}").json() == {"count": 1}
    until(lambda: receiver.got)
    assert staffed.ann.delete(f"{place}/messages").json() == {"count": 0}
    staffed.ann.delete(place)


def test_a_rule_is_kept_changed_tried_and_removed(staffed: Staffed) -> None:
    page = add(staffed, "page")["id"]
    body = {"name": "Night", "conditions": {"classes": ["person"]}, "destinations": [page]}
    made = staffed.ann.post("/api/v1/rules", json=body)
    assert made.status_code == 201, made.text
    number = person(staffed)
    assert [one["title"] for one in staffed.ann.get(f"{PLACE}/{page}/messages").json()] == ["person · Door"]
    tried = staffed.ann.post("/api/v1/rules/test", json={"classes": ["person"]}).json()
    assert tried["events"] >= 1
    assert number in [one["id"] for one in tried["fired"]]
    assert staffed.ann.post("/api/v1/rules/test", json={"classes": ["dog"]}).json()["fired"] == []
    place = f"/api/v1/rules/{made.json()['id']}"
    changed = staffed.ann.patch(place, json={"enabled": False, "conditions": {"cool_down": 60}}).json()
    assert (changed["enabled"], changed["conditions"]["cool_down"], changed["record"]) == (False, 60, False)
    assert staffed.ann.patch(place, json={"record": True}).json()["record"]
    assert staffed.ann.patch(place, json={"conditions": {"begin": "22:00"}}).status_code == 400
    assert staffed.ann.post("/api/v1/rules", json=body | {"name": "night"}).status_code == 422
    assert staffed.ann.delete(place).status_code == 204
    assert staffed.ann.get("/api/v1/rules").json() == []
    actions = [one["action"] for one in staffed.ann.get("/api/v1/audit").json()]
    assert {"rule.add", "rule.change", "rule.remove", "destination.add"} <= set(actions)
    staffed.ann.delete(f"{PLACE}/{page}")


def test_browsers_that_listen_are_told(staffed: Staffed) -> None:
    page = add(staffed, "browsers")["id"]
    with staffed.vic.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        while not next(lines).startswith("event: model"):
            pass
        time.sleep(1.5)  # it has looked once
        staffed.ann.post(f"{PLACE}/{page}/test")
        for line in lines:
            if line == "event: notice":
                notice = json.loads(next(lines).removeprefix("data: "))
                break
    assert notice["data"] == {"type": "test"}
    staffed.ann.delete(f"{PLACE}/{page}")
