"""What a broker hears."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tenfold.errors import DeliveryError, LineError
from tenfold.outbox.kinds.addresses import mqtt
from tenfold.outbox.kinds.mqtt import Mqtt
from tests.outbox.conftest import message
from tests.outbox.receivers import Broker, Subscriber, brokering, need_mosquitto
from tests.waiting import until


def opened(broker: Broker, **settings: object) -> closing[Mqtt]:
    return closing(Mqtt("x", mqtt({"host": "127.0.0.1", "port": broker.port, **settings}), []))


def retained(broker: Broker) -> dict[str, bytes]:
    """What a client that comes now is told."""
    late = Subscriber(broker.port)
    until(lambda: late.on("tenfold/status"))
    time.sleep(0.3)
    late.close()
    return {topic: payload for topic, payload, kept in late.heard if kept}


def test_an_event_its_state_and_its_picture_are_published(broker: Broker, subscriber: Subscriber) -> None:
    sent = message(picture=b"a jpeg")
    with opened(broker) as channel:
        channel.send(sent)
        until(lambda: subscriber.on("tenfold/door/event"))
        event = json.loads(subscriber.on("tenfold/door/event")[0])
        assert (event["id"], event["class"], event["title"]) == (sent.key, "person", "Person")
        kept = retained(broker)
    assert "tenfold/door/event" not in kept
    assert json.loads(kept["tenfold/door/state"])["id"] == sent.key
    assert kept["tenfold/door/picture"] == b"a jpeg"
    assert kept["tenfold/status"] == b"online"


def test_home_assistant_finds_a_device_with_its_entities(broker: Broker) -> None:
    with opened(broker) as channel:
        channel.send(message())
        kept = retained(broker)
    found = {topic: json.loads(payload) for topic, payload in kept.items() if topic.endswith("/config")}
    assert sorted(topic.split("/")[1] for topic in found) == ["binary_sensor", "image", "sensor"]
    assert {one["device"]["name"] for one in found.values()} == {"Door"}
    assert len({one["unique_id"] for one in found.values()}) == 3
    assert {one["availability_topic"] for one in found.values()} == {"tenfold/status"}
    (sensor,) = (one for topic, one in found.items() if "/sensor/" in topic)
    assert sensor["state_topic"] in kept


def test_a_test_makes_no_device_in_home_assistant(broker: Broker) -> None:
    with opened(broker) as channel:
        channel.send(message(source="test", data={"type": "test"}))
        kept = retained(broker)
    assert "tenfold/test/state" in kept
    assert not [topic for topic in kept if topic.endswith("/config")]


def test_nothing_is_retained_of_what_was_removed(broker: Broker) -> None:
    with opened(broker) as channel:
        channel.send(message(picture=b"a jpeg"))
        channel.send(message(source="gate"))
        channel.send(message(data={"type": "removed"}))
        kept = retained(broker)
    assert "tenfold/gate/state" in kept
    assert len([topic for topic in kept if topic.endswith("/config")]) == 3
    assert not [topic for topic in kept if "door" in topic]


def test_home_assistant_forgets_a_device_before_its_state_is_empty(
    broker: Broker, subscriber: Subscriber
) -> None:
    with opened(broker) as channel:
        channel.send(message())
        channel.send(message(data={"type": "removed"}))
        until(lambda: b"" in subscriber.on("tenfold/door/state"))
    empty = [topic for topic, payload, _ in subscriber.heard if not payload]
    assert [topic.endswith("/config") for topic in empty[:4]] == [True, True, True, False]


def test_a_new_connection_tells_nothing_of_what_was_removed(broker: Broker) -> None:
    gone = message(data={"type": "removed"})
    with closing(Mqtt("x", mqtt({"host": "127.0.0.1", "port": broker.port}), [gone])) as channel:
        channel.send(message(source="gate"))
        assert not [topic for topic in retained(broker) if "door" in topic]


@pytest.mark.slow
def test_it_is_offline_when_it_ends_and_when_its_process_is_gone(
    broker: Broker, subscriber: Subscriber
) -> None:
    with opened(broker) as channel:
        channel.send(message())
    until(lambda: subscriber.on("tenfold/status")[-1:] == [b"offline"])
    with opened(broker) as channel:
        channel.send(message())
        until(lambda: subscriber.on("tenfold/status")[-1:] == [b"online"])
        channel._connection._client.socket().close()  # type: ignore[union-attr]
        until(lambda: b"offline" in subscriber.on("tenfold/status")[2:], 15)


def test_all_is_told_again_when_home_assistant_starts(broker: Broker, subscriber: Subscriber) -> None:
    with opened(broker) as channel:
        channel.send(message(picture=b"a jpeg"))
        until(lambda: subscriber.on("tenfold/door/picture"))
        subscriber.heard.clear()
        subscriber.say("homeassistant/status", "online")
        began = time.monotonic()
        until(lambda: subscriber.on("tenfold/door/state") and subscriber.on("tenfold/status"))
        assert time.monotonic() - began < 5
        assert any(topic.endswith("/config") for topic, _, _ in subscriber.heard)
        until(lambda: subscriber.on("tenfold/door/picture") == [b"a jpeg"])


def test_a_new_connection_tells_what_was_sent_before(broker: Broker, subscriber: Subscriber) -> None:
    before = message()
    with closing(Mqtt("x", mqtt({"host": "127.0.0.1", "port": broker.port}), [before])):
        until(lambda: subscriber.on("tenfold/door/state"))


@pytest.mark.slow
def test_a_wrong_password_is_told_and_never_shown(tmp_path: Path) -> None:
    with brokering(tmp_path, user="ann", password="right") as broker:
        with opened(broker, user="ann", password="WRONG") as channel, pytest.raises(DeliveryError) as caught:
            channel.send(message())
        assert caught.value.reason == "wrong-password"
        assert "WRONG" not in str(caught.value.facts())
        with opened(broker, user="ann", password="right") as channel:
            channel.send(message())


def test_a_broker_that_does_not_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_mosquitto()
    monkeypatch.setattr("tenfold.line.simulator.broker._START_SECONDS", 0.3)
    broker = Broker(tmp_path)
    broker.settings.write_text("no such setting\n")
    with pytest.raises(LineError, match="mosquitto takes no connections"):
        broker.start()


@pytest.mark.slow
def test_a_broker_that_is_away_is_told_within_seconds(broker: Broker) -> None:
    broker.kill()
    began = time.monotonic()
    with opened(broker) as channel, pytest.raises(DeliveryError) as caught:
        channel.send(message())
    assert caught.value.again
    assert caught.value.reason == "unreachable"
    assert time.monotonic() - began < 10


def test_many_sources_have_topics_of_their_own(broker: Broker, subscriber: Subscriber) -> None:
    with opened(broker, prefix="house/cellar", discovery="") as channel:
        for source in ("a", "b"):
            channel.send(message(source=source))
        heard: Callable[[], set[str]] = lambda: {topic for topic, _, _ in subscriber.heard}  # noqa: E731
        until(lambda: {"house/cellar/a/event", "house/cellar/b/event"} <= heard())
        assert not any(topic.endswith("/config") for topic in heard())
