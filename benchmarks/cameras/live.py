"""Live cameras watched by a server: how many a core carries, and how long it takes until somebody is told.

The RTSP servers, the broker and the receiver of webhooks are those of the tests, each a real one.
"""

import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from paho.mqtt.client import Client, MQTTMessage

from benchmarks.cameras.cost import CLIPS, resized
from benchmarks.record import SAMPLES, spread
from tenfold import modelfile, settings
from tenfold.cameras.address import parse
from tenfold.cameras.rules.text import parse as rule
from tenfold.cameras.watching import Classify
from tenfold.inference import Classifier
from tenfold.workflows.watch_cameras import camera as watched_camera
from tests.cameras.conftest import RtspServer
from tests.cameras.made_clips import write_clip, write_units
from tests.cameras.serving import Server
from tests.fakes import FakeApp
from tests.outbox.receivers import Receiver, Subscriber, brokering, receiving

_TICKS = os.sysconf("SC_CLK_TCK")
# Of the clip that the delay is measured on: four seconds of nothing, then a thing that crosses in four.
_FRAMES, _EMPTY = 200, 100
_CAMERAS, _WARM_SECONDS, _WINDOW, _WINDOWS = 4, 30.0, 10.0, 6
_THINGS, _THING_SECONDS = 35, 8.0
# A frame's time is known no better than this, in seconds.
_EARLY = 1.0


@contextmanager
def _server(folder: Path, clips: Sequence[Path]) -> Iterator[tuple[Server, list[RtspServer]]]:
    """A server with a camera for each clip, and the cameras."""
    home = folder / "home"
    home.mkdir()
    model = Classifier(modelfile.bundled(modelfile.CAMERAS))
    sources = list[RtspServer]()
    with FakeApp(settings.load().model_copy(update={"home": home}), model) as app:
        try:
            for number, clip in enumerate(clips):
                units = write_units(clip, folder / f"{number}.units")
                sources.append(RtspServer(units, "--tell", str(_EMPTY)))
                app.cameras.add(f"camera {number}", parse(sources[-1].url), by=0)
            server = Server(app)
            try:
                yield server, sources
            finally:
                server.stop()
        finally:
            for source in sources:
                source.kill()


def _processor_seconds() -> float:
    """What this process and its decoders have used so far."""
    total = 0.0
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            mine = place.name == str(os.getpid())
            if mine or (fields[1] == str(os.getpid()) and "decoder.child" in (place / "cmdline").read_text()):
                total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def cameras(classify: Classify, labels: Sequence[str]) -> list[dict[str, str]]:
    """How many cameras a core carries, by what some of them take of it."""
    rows = []
    usual = watched_camera.RATE
    for looks in (5.0, usual):
        watched_camera.RATE = looks
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            folder = Path(name)
            clip = resized(SAMPLES / "clips" / CLIPS[0], folder / "clip.mp4", (854, 480))
            with _server(folder, [clip] * _CAMERAS) as (server, _):
                time.sleep(_WARM_SECONDS)
                each = list[float]()
                for _ in range(_WINDOWS):
                    began, used = time.monotonic(), _processor_seconds()
                    time.sleep(_WINDOW)
                    share = (_processor_seconds() - used) / (time.monotonic() - began)
                    each.append(_CAMERAS / share)
                running = [server.app.watched_cameras.running(row.id) for row in server.app.cameras.all()]
                modes = {one.status()["mode"] for one in running if one}
                events = len(server.events())
        note = "" if looks == usual else ", set for this"
        rows.append(
            {
                "what": f"Cameras of 480p, 24 frames/s, at {looks:g} looks a second, that a core carries",
                "value": spread(each, "cameras"),
                "n": f"{_CAMERAS} cameras, {_WINDOWS} times {_WINDOW:g} s; load {os.getloadavg()[0]:.0f}",
                "peer": f"decoded: {', '.join(sorted(modes))}; {events} events with clips{note}",
            }
        )
    watched_camera.RATE = usual
    return rows


@dataclass(frozen=True)
class _Message:
    """What was told: of which camera, when its event starts, and when it came, in Unix time."""

    camera: int
    start: float
    came: float

    @classmethod
    def of(cls, event: dict[str, Any], came: float) -> "_Message":
        return cls(event["camera"], datetime.fromisoformat(event["start"]).timestamp(), came)


class _Timed(Receiver):
    """Notes when each webhook came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def reached(self, step: str) -> None:
        if step == "kept":
            self.times += [time.time()] * (len(self.got) - len(self.times))


class _TimedSubscriber(Subscriber):
    """Notes when each message came."""

    def __init__(self, port: int) -> None:
        self.times: list[float] = []
        super().__init__(port)

    def _on_message(self, client: Client, data: object, message: MQTTMessage) -> None:
        self.times.append(time.time())
        super()._on_message(client, data, message)


def delay(classify: Classify, labels: Sequence[str]) -> list[dict[str, str]]:
    """Seconds from the frame in which a thing appears, as the camera sends it, to a webhook and to MQTT."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        brokering(Path(name)) as broker,
        receiving(_Timed()) as hook,
    ):
        folder = Path(name)
        clip = write_clip(folder / "clip.mp4", count=_FRAMES, empty=_EMPTY, once=True)
        heard = _TimedSubscriber(broker.port)
        with _server(folder, [clip] * (_CAMERAS - 1)) as (server, sources):
            app = server.app
            ids = [
                app.outbox.add("hook", "webhook", {"url": hook.url, "local": True}).id,
                app.outbox.add("broker", "mqtt", {"host": "127.0.0.1", "port": broker.port}).id,
            ]
            app.rules.add("all", rule(""), ids, by=0)
            came = {row.id: _told(source) for row, source in zip(app.cameras.all(), sources, strict=True)}
            time.sleep(_WARM_SECONDS)
            began = time.time()
            time.sleep(_THING_SECONDS * _THINGS)
            ended, load = time.time(), os.getloadavg()[0]
            time.sleep(2 * _THING_SECONDS)  # what is late is told still
        heard.close()
        assert isinstance(hook, _Timed)
        told = {
            "webhook": [
                _Message.of(json.loads(body)["data"]["data"], at)
                for (_, body), at in zip(hook.got, hook.times, strict=True)
            ],
            "MQTT": [
                _Message.of(json.loads(payload), at)
                for (topic, payload, retained), at in zip(heard.heard, heard.times, strict=True)
                if topic.endswith("/event") and not retained
            ],
        }
    moments = [
        (number, at) for number, times in came.items() for at in times if began <= at < ended - _THING_SECONDS
    ]
    return [_delay_row(kind, moments, messages, load) for kind, messages in told.items()]


def _told(source: RtspServer) -> list[float]:
    """The times at which a camera sends the first frame with the thing; the list grows."""
    times = list[float]()

    def listen() -> None:
        for line in source.output:
            times.append(float(line))

    threading.Thread(target=listen, daemon=True).start()
    return times


def _delay_row(
    kind: str, moments: Sequence[tuple[int, float]], messages: Sequence[_Message], load: float
) -> dict[str, str]:
    """The row of one kind of destination; the first message of a thing counts, by when its event starts."""
    seconds = list[float]()
    for number, moment in moments:
        about = [
            one.came - moment
            for one in messages
            if one.camera == number and -_EARLY <= one.start - moment < _THING_SECONDS - _EARLY
        ]
        seconds += about[:1]
    p50, p99 = np.percentile(seconds, (50, 99))
    return {
        "what": f"From movement before a camera (RTSP) to a message by {kind}",
        "value": f"p50 {p50:.2f}, p99 {p99:.2f} s ({min(seconds):.2f} to {max(seconds):.2f})",
        "n": f"{len(moments)} things before {_CAMERAS - 1} cameras; load {load:.0f}",
        "peer": f"not told: {len(moments) - len(seconds)}",
    }
