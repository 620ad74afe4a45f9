"""A real HTTP receiver and a real broker, which can be cut off and brought back."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tenfold.line.simulator.broker import Mosquitto, free_port, program

SECONDS_TO_RECOVER = 10.0


class Receiver:
    """An HTTP server that keeps what it is sent.

    Attributes:
        status: what it answers.
        frozen: it takes requests and answers none.
        got: the headers (with :path) and the body of each request that it answered with 2xx.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.status, self.frozen = 200, threading.Event()
        self.location = ""
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.asked = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """The messages' ids, in the order in which they came."""
        return [headers["webhook-id"] for headers, _ in self.got]

    def texts(self) -> list[str]:
        return [json.loads(body)["data"]["text"] for _, body in self.got]

    def reached(self, step: str) -> None:
        """A request was asked, kept or answered."""

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.asked += 1
                receiver.reached("asked")
                body = self.rfile.read(int(self.headers["content-length"]))
                while receiver.frozen.is_set():
                    time.sleep(0.02)
                status = receiver.status
                if 200 <= status < 300:
                    headers = {k.lower(): v for k, v in self.headers.items()}
                    receiver.got.append(({":path": self.path} | headers, body))
                receiver.reached("kept")
                try:
                    self.send_response(status)
                    if receiver.location:
                        self.send_header("Location", receiver.location)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass
                receiver.reached("answered")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def receiving(receiver: Receiver | None = None) -> Iterator[Receiver]:
    receiver = receiver or Receiver()
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.frozen.clear()
        receiver.stop()


class Broker(Mosquitto):
    """mosquitto, which may want a user and a password."""

    def __init__(self, folder: Path, *, user: str = "", password: str = "") -> None:
        super().__init__(folder)
        if user:
            words = folder / "passwords"
            subprocess.run(["mosquitto_passwd", "-c", "-b", str(words), user, password], check=True)
            words.chmod(0o600)
            wanted = f"allow_anonymous false\npassword_file {words}"
            settings = self.settings.read_text().replace("allow_anonymous true", wanted)
            self.settings.write_text(settings)


def need_mosquitto() -> None:
    if program() is None:
        reason = "needs mosquitto: apt-get install mosquitto"
        if os.environ.get("TENFOLD_REQUIRE_MOSQUITTO") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@contextmanager
def brokering(folder: Path, *, user: str = "", password: str = "") -> Iterator[Broker]:
    need_mosquitto()
    with Broker(folder, user=user, password=password) as broker:
        yield broker


class Subscriber:
    """A client that hears all topics; it comes back by itself."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._on_message
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(10)

    def _on_message(self, client: Client, _: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload), message.retain))

    def say(self, topic: str, words: str) -> None:
        self._client.publish(topic, words, qos=1).wait_for_publish(5)

    def on(self, topic: str) -> list[bytes]:
        return [payload for name, payload, _ in self.heard if name == topic]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
