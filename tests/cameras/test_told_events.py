"""From a live camera to a webhook and a broker, each with a picture; each end is pulled and comes back.

The RTSP server, mosquitto and the HTTP receiver are real.
"""

import json
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tenfold import images
from tenfold.cameras.address import parse
from tenfold.cameras.rules.text import parse as rule
from tenfold.database import now
from tenfold.outbox import OutboxQueue
from tenfold.outbox.kinds.webhook import content
from tests.cameras.conftest import RtspServer
from tests.cameras.events import seen
from tests.cameras.serving import Server
from tests.fakes import FakeApp, picture
from tests.outbox.receivers import Broker, Receiver, Subscriber, brokering
from tests.waiting import until

pytestmark = pytest.mark.slow
pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
Start = Callable[..., RtspServer]
# Within which an end that came back is used again, and within which something moves before the camera.
RECOVERY_SECONDS, EVENT_SECONDS = 10.0, 8.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with brokering(tmp_path) as one:
        yield one


def is_picture(content: bytes) -> bool:
    return bool(images.read(content).shape[2] == 3)


@pytest.mark.long
def test_an_event_reaches_webhook_and_broker_with_its_picture_though_each_end_was_pulled(
    rtsp: Start, server: Server, units: Path, receiver: Receiver, broker: Broker
) -> None:
    app = server.app
    heard = Subscriber(broker.port)
    source = rtsp(clip=units)
    hook = app.outbox.add("house", "webhook", {"url": receiver.url, "local": True}).id
    topics = app.outbox.add("broker", "mqtt", {"host": "127.0.0.1", "port": broker.port}).id
    app.rules.add("red", rule("class=red"), [hook, topics], by=0)
    camera = app.cameras.add("door", parse(source.url), by=0)
    app.watched_cameras.wake()
    topic = f"tenfold/camera-{camera.id}"

    until(lambda: receiver.got and heard.on(f"{topic}/picture"), 40)
    event = json.loads(receiver.got[0][1])["data"]
    assert (event["data"]["class"], event["data"]["camera_name"]) == ("red", "door")
    assert is_picture(b64decode(event["picture"]["base64"]))
    assert is_picture(heard.on(f"{topic}/picture")[0])
    assert json.loads(heard.on(f"{topic}/event")[0])["class"] == "red"

    # The receiver and the broker are away while events go on; nothing of them is lost.
    receiver.stop()
    broker.kill()
    known = len(server.events())
    until(lambda: len(server.events()) >= known + 2, 40)
    until(lambda: all(row.problem for row in app.outbox.destinations()))
    receiver.start()
    broker.start()
    began = time.monotonic()
    until(lambda: all(app.outbox.counts()[one].get("waiting", 0) == 0 for one in (hook, topics)))
    assert time.monotonic() - began < RECOVERY_SECONDS
    told = {json.loads(body)["data"]["data"]["event"] for _, body in receiver.got}
    assert {one.id for one in server.events(label="red", state="ended")} <= told

    # The camera is away, which is told, and comes back.
    source.kill()
    watch = app.watched_cameras.running(camera.id)
    assert watch is not None
    until(lambda: watch.status()["faults"])
    again = rtsp(port=source.port, clip=units)
    began = time.monotonic()
    until(lambda: watch.status()["phase"] == "running")
    assert time.monotonic() - began < RECOVERY_SECONDS
    assert again.port == source.port

    # The folder of clips is gone, as a disk that is not mounted: events are told, and it is said.
    folder, away = app.clips.folder, app.clips.folder.with_name("away")
    folder.rename(away)
    until(lambda: "is not the folder" in str(watch.status()["recording_problem"]), 30)
    away.rename(folder)
    began, before = time.monotonic(), {clip.id for clip in app.clips.find()}
    until(lambda: [one for one in app.clips.find() if one.id not in before and one.bytes], 30)
    assert time.monotonic() - began < RECOVERY_SECONDS + EVENT_SECONDS
    until(lambda: not watch.status()["recording_problem"])
    heard.close()


@pytest.mark.quick
def test_an_event_becomes_one_message_with_its_picture_for_each_destination(tmp_path: Path) -> None:
    with FakeApp() as app:
        hook = app.outbox.add("house", "webhook", {"url": "http://127.0.0.1:1/", "local": True}).id
        topics = app.outbox.add("broker", "mqtt", {"host": "127.0.0.1", "port": 1}).id
        app.rules.add("red", rule("class=red"), [hook, topics], by=0)
        camera = app.cameras.add("door", parse("usb:0"), by=0).id
        app.blobs("events").put("1.jpg", picture())
        for label in ("blue", "red"):
            app.camera_events.open(camera, **seen(now(), label=label, crop="1.jpg"))
        queue = OutboxQueue(app.database)
        assert [len(app.outbox.messages(one)) for one in (hook, topics)] == [1, 1]
        for one in (hook, topics):
            found = queue.next(one)
            assert found is not None
            event = json.loads(content(found[1]))["data"]
            assert (event["data"]["class"], event["data"]["camera_name"]) == ("red", "door")
            assert is_picture(b64decode(event["picture"]["base64"]))
