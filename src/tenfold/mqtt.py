"""A connection to an MQTT broker, and the only importer of paho. Knows no topics and no messages."""

import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

# Called with topic, content, and whether the broker had kept the message from before.
Heard: TypeAlias = Callable[[str, bytes, bool], None]
# Waits for so many seconds; whether the broker has a message then.
Received: TypeAlias = Callable[[float], bool]

_KEEPALIVE = 5  # seconds; a broker that is gone without a word is found out after one and a half
_SECONDS_TO_CONNECT, _PAUSES = 3.0, (1, 4)
_WRONG_PASSWORD = ("Bad user name or password", "Not authorized")


@dataclass(frozen=True)
class Login:
    """Where a broker is and how it is logged in to; `tls`: how that is encrypted, None: it is not."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None


def encryption(ca: str = "", certificate: str = "", key: str = "") -> ssl.SSLContext:
    """Encryption with files, PEM: who has signed the broker's certificate, this side's certificate and key.

    Raises OSError or UnicodeError: one cannot be used.
    """
    made = ssl.create_default_context(cafile=ca or None)
    if certificate:
        made.load_cert_chain(certificate, key or None)
    return made


class MqttConnection:
    """A client of a broker that hears topics. What it is given to call runs in a thread of its own.

    Args:
        connected: called whenever it is connected, `lost` whenever it is not any more.
        again: whether it comes back by itself.

    Attributes:
        refusal: why the broker did not let this in; empty where it did, or did not answer.
    """

    def __init__(
        self,
        login: Login,
        topics: Sequence[str],
        heard: Heard,
        *,
        connected: Callable[[], None] = lambda: None,
        lost: Callable[[], None] = lambda: None,
        again: bool = True,
    ) -> None:
        self._login, self._topics = login, topics
        self._connected, self._lost = connected, lost
        self._answered = threading.Event()
        self.refusal = ""
        client = self._client = Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=again)
        client.connect_timeout = _SECONDS_TO_CONNECT
        client.reconnect_delay_set(*_PAUSES)
        if login.user:
            client.username_pw_set(login.user, login.password or None)
        if login.tls is not None:
            client.tls_set_context(login.tls)
        client.on_connect = lambda _client, _, _flags, code, _properties: self._answer(code)
        client.on_disconnect = lambda *_: self._leave()
        client.on_message = lambda _client, _, told: heard(told.topic, bytes(told.payload), told.retain)

    @property
    def works(self) -> bool:
        return self._answered.is_set() and not self.refusal

    @property
    def wrong_password(self) -> bool:
        return self.refusal in _WRONG_PASSWORD

    def will(self, topic: str, content: str | bytes, *, retain: bool = False) -> None:
        """What the broker publishes where this goes without a word; told before it connects."""
        self._client.will_set(topic, content, qos=1, retain=retain)

    def start(self) -> None:
        """Connect in the background, as soon as the broker is there."""
        self._client.connect_async(self._login.host, self._login.port, keepalive=_KEEPALIVE)
        self._client.loop_start()

    def open(self) -> str:
        """Connect now; why it did not, "": it did."""
        try:
            self._client.connect(self._login.host, self._login.port, keepalive=_KEEPALIVE)
        except (OSError, UnicodeError) as error:
            return (isinstance(error, OSError) and error.strerror) or str(error)
        self._client.loop_start()
        if self.wait(_SECONDS_TO_CONNECT):
            return ""
        self.close()
        return self.refusal or "it does not answer"

    def wait(self, seconds: float) -> bool:
        """Wait until the broker has answered; whether it lets this in."""
        return self._answered.wait(seconds) and not self.refusal

    def publish(
        self, topic: str, content: str | bytes | None, *, qos: int = 1, retain: bool = False
    ) -> Received:
        """With `retain` the broker keeps it for whoever comes later; nothing in its place: it forgets it."""
        told = self._client.publish(topic, content, qos=qos, retain=retain)

        def received(seconds: float) -> bool:
            with suppress(RuntimeError, ValueError):  # it has no connection any more
                told.wait_for_publish(seconds)
                return told.is_published()
            return False

        return received

    def close(self) -> None:
        """Leave the broker; what it has not received is forgotten."""
        self._answered.clear()
        self._client.on_disconnect = None
        self._client.disconnect()
        self._client.loop_stop()

    # These run in paho's thread.

    def _answer(self, code: ReasonCode) -> None:
        if code.is_failure:
            self.refusal = str(code)
        else:
            for topic in self._topics:
                self._client.subscribe(topic, qos=1)
            self._connected()
            self.refusal = ""
        self._answered.set()

    def _leave(self) -> None:
        if not self.refusal:
            self._answered.clear()
        self._lost()
