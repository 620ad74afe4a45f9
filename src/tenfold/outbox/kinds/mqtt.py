"""Messages to an MQTT broker, under a prefix:

    status             retained: online, or offline (the last will)
    SOURCE/event       each message as JSON
    SOURCE/state       retained: the last message as JSON
    SOURCE/picture     retained: its picture, a JPEG

A message of the type `removed` is not published: what is retained of its source, and its device in Home
Assistant, is deleted. Everything is sent with QoS 1. After a broker was away, and when Home Assistant says
that it has started, all that is retained is told again: either may have lost it.
"""

import json
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tenfold.errors import DeliveryError
from tenfold.outbox.kinds.home_assistant import discovery
from tenfold.outbox.message import Message
from tenfold.reasons import Reason

_KEEPALIVE = 5  # seconds; a broker that is gone without a word is found out after one and a half
_SECONDS_TO_CONNECT = 3.0
_SECONDS_TO_ANSWER = 4.0
_WRONG_PASSWORD = ("Bad user name or password", "Not authorized")


class Mqtt:
    """An open connection to a broker; comes back by itself.

    Args:
        name: the destination's, for people.
        settings: as `addresses.mqtt` gives them.
        recent: the last message of each source.
    """

    def __init__(self, name: str, settings: Mapping[str, Any], recent: Sequence[Message]) -> None:
        self._subject, self._settings = f"The broker {name}", settings
        self._prefix = settings["prefix"]
        self._last = {one.source: one for one in recent if not _removes(one)}
        self._refusal = ""
        self._connected = threading.Event()
        self._client = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client.is_connected():
            told = self._client.publish(f"{self._prefix}/status", "offline", qos=1, retain=True)
            with suppress(RuntimeError, ValueError):
                told.wait_for_publish(1.0)
        self._drop()

    def send(self, message: Message) -> None:
        if not self._connected.wait(_SECONDS_TO_ANSWER):
            raise self._unreachable()
        for one in self._forget(message) if _removes(message) else self._publish(message):
            with suppress(RuntimeError, ValueError):  # it has no connection any more
                one.wait_for_publish(_SECONDS_TO_ANSWER)
            if not one.is_published():
                # A new connection, so that what the old one still holds is not sent besides the next try.
                self._drop()
                self._client = self._connect()
                raise self._unreachable()

    def _publish(self, message: Message) -> list[MQTTMessageInfo]:
        new = message.source not in self._last
        self._last[message.source] = message
        event = self._client.publish(self._topic(message, "event"), _content(message), qos=1)
        sent = [event, *self._retain(message, self._client)]
        if new:
            self._announce(message, self._client)
        return sent

    def _retain(self, message: Message, client: Client) -> list[MQTTMessageInfo]:
        sent = [client.publish(self._topic(message, "state"), _content(message), qos=1, retain=True)]
        if message.picture is not None:  # one of an earlier process is gone when it was received
            topic = self._topic(message, "picture")
            sent.append(client.publish(topic, message.picture, qos=1, retain=True))
        return sent

    def _forget(self, message: Message) -> list[MQTTMessageInfo]:
        """A retained message without content deletes the one before."""
        self._last.pop(message.source, None)
        retained = (self._topic(message, name) for name in ("state", "picture"))
        topics = [*retained, *self._announcement(message)]
        return [self._client.publish(topic, None, qos=1, retain=True) for topic in topics]

    def _connect(self) -> Client:
        settings = self._settings
        client = Client(CallbackAPIVersion.VERSION2)
        client.connect_timeout = _SECONDS_TO_CONNECT
        client.reconnect_delay_set(1, 4)
        if settings["user"]:
            client.username_pw_set(settings["user"], settings["password"] or None)
        if settings["tls"]:
            client.tls_set_context(ssl.create_default_context())
        client.will_set(f"{self._prefix}/status", "offline", qos=1, retain=True)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_message = self._on_message
        client.connect_async(settings["host"], settings["port"], keepalive=_KEEPALIVE)
        client.loop_start()
        return client

    def _drop(self) -> None:
        """Leave the broker; what it has not received is forgotten here."""
        self._connected.clear()
        self._client.on_disconnect = None
        self._client.disconnect()
        self._client.loop_stop()

    # These run in paho's thread.

    def _on_connect(
        self, client: Client, _: object, flags: ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            self._refusal = str(code)
            return
        self._refusal = ""
        if self._settings["discovery"]:
            client.subscribe(f"{self._settings['discovery']}/status", qos=1)
        self._tell_all(client)
        self._connected.set()

    def _on_disconnect(
        self,
        client: Client,
        _: object,
        flags: DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._connected.clear()

    def _on_message(self, client: Client, _: object, message: MQTTMessage) -> None:
        if message.payload == b"online":  # Home Assistant has started
            self._tell_all(client)

    def _tell_all(self, client: Client) -> None:
        """Publish all that is retained once more."""
        client.publish(f"{self._prefix}/status", "online", qos=1, retain=True)
        for message in list(self._last.values()):
            self._announce(message, client)
            self._retain(message, client)

    def _topic(self, message: Message, name: str) -> str:
        return f"{self._prefix}/{message.source}/{name}"

    def _announce(self, message: Message, client: Client) -> None:
        if message.data.get("type") != "event":  # it is of no camera, which is what is announced
            return
        for topic, content in self._announcement(message).items():
            client.publish(topic, json.dumps(content), qos=1, retain=True)

    def _announcement(self, message: Message) -> Mapping[str, Any]:
        found = self._settings["discovery"]
        return discovery(found, self._prefix, message.source, message.source_name) if found else {}

    def _unreachable(self) -> DeliveryError:
        host = f"{self._settings['host']}:{self._settings['port']}"
        reason: Reason = "unreachable"
        if self._refusal:
            reason = "wrong-password" if self._refusal in _WRONG_PASSWORD else "refused"
        received = f"{host}: {self._refusal}" if self._refusal else host
        return DeliveryError(self._subject, "does not answer", received=received, reason=reason, again=True)


def _removes(message: Message) -> bool:
    return message.data.get("type") == "removed"


def _content(message: Message) -> str:
    """A message as JSON; what it holds for programs stands beside the rest."""
    fields = message.fields()
    data = fields.pop("data")
    return json.dumps({**data, **fields})
