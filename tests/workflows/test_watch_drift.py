"""The live model is followed, compared with the figures of its report, and what changes is told."""

import json
from pathlib import Path

from tenfold.observability.drift import KINDS, WINDOWS, Drift
from tenfold.predictions import Prediction
from tenfold.runtime import App
from tenfold.runtime.services import describe
from tenfold.runtime.supervisor import Supervisor
from tenfold.workflows.watch_drift import DriftMessages
from tests.fakes import FakeApp
from tests.outbox.receivers import Subscriber, brokering, need_mosquitto, receiving
from tests.waiting import until


def test_the_bundled_model_is_compared_with_its_own_report() -> None:
    with App() as app:
        app.watch_drift.tick()
        model = app.model_server.model
        assert not app.drift.found
        app.drift.note(model.sha256, [Prediction("cat", 0.9, {}, True, 0.1, None)] * 1000)
        app.watch_drift.tick()
        found = {(one.kind, one.window): one.found for one in app.drift.found}
    assert found["classes", 1000]
    assert found["novelty", 1000]  # one in twenty of its evaluation was none of the classes
    assert not found["classes", 10_000]


def looked(*, drifted: bool, window: int = max(WINDOWS)) -> list[Drift]:
    """What a look finds where so many pictures were answered."""
    return [
        Drift(kind, one, (0.9 if drifted else 0.1) if one <= window else None, 0.5)
        for kind in KINDS
        for one in WINDOWS
    ]


def told(app: FakeApp) -> list[str]:
    """States and sources of the messages of the first destination, in order."""
    (row, *_) = app.outbox.destinations()
    rows = reversed(app.outbox.messages(row.id))
    return [one.fields["data"]["state"] for one in rows]


def test_an_episode_is_told_once_also_by_a_server_that_starts_anew() -> None:
    with FakeApp() as app:
        app.outbox.add("office", "webhook", {"url": "http://127.0.0.1:1/", "local": True})
        model = app.model_server.model
        for _ in range(3):
            DriftMessages(app.database, app.outbox).note(model, looked(drifted=True))
        assert told(app) == ["began"]
        messages = DriftMessages(app.database, app.outbox)
        messages.note(model, looked(drifted=False, window=min(WINDOWS)))  # too few to say that it is over
        messages.note(model, [])
        assert told(app) == ["began"]
        for _ in range(2):
            messages.note(model, looked(drifted=False))
        messages.note(model, looked(drifted=True, window=min(WINDOWS)))
        assert told(app) == ["began", "ended", "began"]


def test_what_never_drifted_is_not_told() -> None:
    with FakeApp() as app:
        app.outbox.add("page", "page", {})
        DriftMessages(app.database, app.outbox).note(app.model_server.model, looked(drifted=False))
        assert told(app) == []


def test_drift_of_the_live_model_reaches_a_webhook_and_a_broker(tmp_path: Path) -> None:
    need_mosquitto()
    with App() as app, receiving() as receiver, brokering(tmp_path) as broker:
        app.outbox.add("office", "webhook", {"url": receiver.url, "local": True})
        settings = {
            "host": "127.0.0.1",
            "port": broker.port,
            "prefix": "tenfold",
            "discovery": "homeassistant",
        }
        app.outbox.add("broker", "mqtt", settings)
        subscriber = Subscriber(broker.port)
        supervisor = Supervisor([app.sender], describe)
        supervisor.start()
        try:
            app.watch_drift.tick()
            model = app.model_server.model
            app.drift.note(model.sha256, [Prediction("cat", 0.9, {}, True, 0.1, None)] * 1000)
            app.watch_drift.tick()
            until(lambda: receiver.got)
            until(lambda: "tenfold/drift/state" in {topic for topic, _, _ in subscriber.heard})
        finally:
            supervisor.stop(20)
            subscriber.close()
        ((_, body),) = receiver.got
        assert not any(topic.startswith("homeassistant/") for topic, _, _ in subscriber.heard)
    sent = json.loads(body)
    assert sent["type"] == "drift"
    assert sent["data"]["title"] == f"Drift · {model.info.name}"
    assert "Classes of the last 1,000 pictures: index" in sent["data"]["text"]
    assert sent["data"]["data"]["state"] == "began"
    assert {(one["kind"], one["window"]) for one in sent["data"]["data"]["found"]} == {
        ("classes", 1000),
        ("novelty", 1000),
    }
