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
from collections.abc import Mapping, Sequence
from typing import Any

from tenfold.errors import DeliveryError
from tenfold.mqtt import Login, MqttConnection, Received, encryption
from tenfold.outbox.kinds.home_assistant import discovery
from tenfold.outbox.message import Message, MessageType
from tenfold.reasons import Reason

_SECONDS_TO_ANSWER = 4.0


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
        self._connect()

    def close(self) -> None:
        """Say that nobody is here any more, and leave the broker."""
        self._connection.publish(f"{self._prefix}/status", "offline", retain=True)(1.0)
        self._connection.close()

    def send(self, message: Message) -> None:
        if not self._connection.wait(_SECONDS_TO_ANSWER):
            raise self._unreachable()
        for received in self._forget(message) if _removes(message) else self._publish(message):
            if not received(_SECONDS_TO_ANSWER):
                # A new connection, so that what the old one still holds is not sent besides the next try.
                self._connection.close()
                self._connect()
                raise self._unreachable()

    def _publish(self, message: Message) -> list[Received]:
        new = message.source not in self._last
        self._last[message.source] = message
        event = self._connection.publish(self._topic(message, "event"), _content(message))
        sent = [event, *self._retain(message)]
        if new:
            self._announce(message)
        return sent

    def _retain(self, message: Message) -> list[Received]:
        sent = [self._connection.publish(self._topic(message, "state"), _content(message), retain=True)]
        if message.picture is not None:  # one of an earlier process is gone when it was received
            topic = self._topic(message, "picture")
            sent.append(self._connection.publish(topic, message.picture, retain=True))
        return sent

    def _forget(self, message: Message) -> list[Received]:
        """A retained message without content deletes the one before.

        Home Assistant forgets the device first: it logs an error of an empty state of one that it knows.
        """
        self._last.pop(message.source, None)
        topics = [
            *self._announcement(message),
            *(self._topic(message, name) for name in ("state", "picture")),
        ]
        return [self._connection.publish(topic, None, retain=True) for topic in topics]

    def _connect(self) -> None:
        settings, found = self._settings, self._settings["discovery"]
        tls = encryption() if settings["tls"] else None
        login = Login(settings["host"], settings["port"], settings["user"], settings["password"], tls)
        topics = [f"{found}/status"] if found else []
        self._connection = MqttConnection(login, topics, self._hear, connected=self._tell_all)
        self._connection.will(f"{self._prefix}/status", "offline", retain=True)
        self._connection.start()

    # These run in the connection's thread.

    def _hear(self, _topic: str, content: bytes, _kept: bool) -> None:
        if content == b"online":  # Home Assistant has started
            self._tell_all()

    def _tell_all(self) -> None:
        """Publish all that is retained once more."""
        self._connection.publish(f"{self._prefix}/status", "online", retain=True)
        for message in list(self._last.values()):
            self._announce(message)
            self._retain(message)

    def _topic(self, message: Message, name: str) -> str:
        return f"{self._prefix}/{message.source}/{name}"

    def _announce(self, message: Message) -> None:
        if message.data.get("type") != MessageType.EVENT:  # it is of no camera, which is what is announced
            return
        for topic, content in self._announcement(message).items():
            self._connection.publish(topic, json.dumps(content), retain=True)

    def _announcement(self, message: Message) -> Mapping[str, Any]:
        found = self._settings["discovery"]
        return discovery(found, self._prefix, message.source, message.source_name) if found else {}

    def _unreachable(self) -> DeliveryError:
        host = f"{self._settings['host']}:{self._settings['port']}"
        reason: Reason = "unreachable"
        if refusal := self._connection.refusal:
            reason = "wrong-password" if self._connection.wrong_password else "refused"
        received = f"{host}: {refusal}" if refusal else host
        return DeliveryError(self._subject, "does not answer", received=received, reason=reason, again=True)


def _removes(message: Message) -> bool:
    return message.data.get("type") == MessageType.REMOVED


def _content(message: Message) -> str:
    """A message as JSON; what it holds for programs stands beside the rest."""
    fields = message.fields()
    data = fields.pop("data")
    return json.dumps({**data, **fields})
