"""A station as an edge node of Sparkplug B 3.0: births, data on change, death. Knows nothing of what is told.

The payload is protobuf's wire format for the few types that are needed; field numbers are those of the
specification (https://sparkplug.eclipse.org/specification/, version 3.0, chapter 6). Its chapters 4 and 5 say
who publishes what when:

- the will is NDEATH with bdSeq and without seq; bdSeq rises with each connection that came about;
- NBIRTH first, seq 0, every metric with its name and alias; after it NDATA, only what changed, only aliases;
- a rebirth command brings NBIRTH again with the same bdSeq.
"""

import struct
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

Value: TypeAlias = bool | int | float | str

_BD_SEQ, _REBIRTH = "bdSeq", "Node Control/Rebirth"
_CONNECT_SECONDS, _PAUSE_SECONDS, _KEEPALIVE = 3.0, 1.0, 5


class DataType(IntEnum):
    """Types of metrics, by the specification's numbers."""

    INT64 = 4
    UINT64 = 8
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12


@dataclass(frozen=True)
class Metric:
    """One value in a payload. In births it has name and alias, in data the alias alone."""

    value: Value
    type: DataType
    name: str = ""
    alias: int | None = None


def payload(metrics: list[Metric], *, timestamp: int, seq: int | None = None) -> bytes:
    """A Sparkplug payload; `timestamp` in milliseconds since 1970."""
    found = _number(1, timestamp)
    for metric in metrics:
        found += _bytes(2, _metric(metric, timestamp))
    return found if seq is None else found + _number(3, seq)


def commands(data: bytes | bytearray) -> dict[str, bool]:
    """The boolean metrics of a command, by name; what cannot be read is passed over."""
    found = {}
    with suppress(IndexError, UnicodeDecodeError):
        for field, value in _fields(bytes(data)):
            if field == 2 and isinstance(value, bytes):
                metric = dict(_fields(value))
                name = metric.get(1)
                if isinstance(name, bytes) and 14 in metric:
                    found[name.decode()] = bool(metric[14])
    return found


def _metric(metric: Metric, timestamp: int) -> bytes:
    found = _bytes(1, metric.name.encode()) if metric.name else b""
    if metric.alias is not None:
        found += _number(2, metric.alias)
    found += _number(3, timestamp) + _number(4, metric.type)
    value = metric.value
    match metric.type:
        case DataType.BOOLEAN:
            return found + _number(14, int(value))
        case DataType.STRING:
            return found + _bytes(15, str(value).encode())
        case DataType.DOUBLE:
            return found + _key(13, 1) + struct.pack("<d", value)
        case DataType.INT64 | DataType.UINT64:
            return found + _number(11, int(value) % (1 << 64))


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _number(field: int, value: int) -> bytes:
    return _key(field, 0) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """Field numbers and values of a message; raises IndexError where it is cut off."""
    found: list[tuple[int, int | bytes]] = []
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80 or shift > 63:
                return value
            shift += 7

    while at < len(data):
        key = varint()
        field, kind = key >> 3, key & 7
        if kind == 0:
            found.append((field, varint()))
            continue
        size = varint() if kind == 2 else {1: 8, 5: 4}.get(kind, len(data))
        if at + size > len(data):
            raise IndexError
        found.append((field, data[at : at + size]))
        at += size
    return found


@dataclass(frozen=True)
class Broker:
    """Where the broker is, and who this node is on it."""

    host: str
    group: str
    node: str
    port: int = 1883
    user: str = ""
    password: str = ""
    tls: bool = False

    def topic(self, kind: str) -> str:
        """Where messages of a kind go."""
        return f"spBv1.0/{self.group}/{kind}/{self.node}"


class SparkplugNode:
    """An edge node that keeps its connection. `update` from any thread; nothing waits for the broker.

    Args:
        metrics: the node's metrics and their types, which never change.
    """

    def __init__(self, broker: Broker, metrics: Mapping[str, DataType]) -> None:
        self._broker, self._types = broker, dict(metrics)
        self._aliases = {name: number for number, name in enumerate(self._types, 1)}
        self._values: dict[str, Value] = {name: _ZERO[kind] for name, kind in self._types.items()}
        self._changed: dict[str, None] = {}
        self._lock = threading.Lock()
        self._wake, self._gone = threading.Event(), threading.Event()
        self._stop = threading.Event()
        self._seq, self._bd_seq = 0, 0
        self._rebirth = False
        self._thread = threading.Thread(target=self._run, name="tenfold-sparkplug", daemon=True)

    def start(self) -> None:
        """Connect, and come back whenever the broker was away."""
        self._thread.start()

    def update(self, values: Mapping[str, Value]) -> None:
        """Tell values that changed."""
        with self._lock:
            for name, value in values.items():
                assert name in self._types, "metrics are named once, at birth"
                if self._values[name] != value:
                    self._values[name] = value
                    self._changed[name] = None
                    self._wake.set()

    def stop(self) -> None:
        """Say that this node is gone, and leave."""
        self._stop.set()
        self._wake.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            client = self._connect()
            if client is None:
                self._stop.wait(_PAUSE_SECONDS)
                continue
            try:
                self._serve(client)
            finally:
                client.disconnect()
                client.loop_stop()
            # The next connection is a new life: its death carries the next number.
            self._bd_seq = (self._bd_seq + 1) % 256

    def _connect(self) -> Client | None:
        """A connection that came about, or None."""
        broker = self._broker
        connected, self._gone = threading.Event(), threading.Event()
        client = Client(CallbackAPIVersion.VERSION2, clean_session=True, reconnect_on_failure=False)
        client.connect_timeout = _CONNECT_SECONDS
        if broker.user:
            client.username_pw_set(broker.user, broker.password or None)
        if broker.tls:
            client.tls_set()
        client.will_set(broker.topic("NDEATH"), self._death(), qos=1, retain=False)
        gone = self._gone

        def on_connect(
            client: Client, _: object, flags: ConnectFlags, code: ReasonCode, properties: Properties | None
        ) -> None:
            if not code.is_failure:
                client.subscribe(broker.topic("NCMD"), qos=1)
                connected.set()

        def on_disconnect(
            client: Client, _: object, flags: DisconnectFlags, code: ReasonCode, properties: Properties | None
        ) -> None:
            gone.set()
            self._wake.set()

        client.on_connect, client.on_disconnect, client.on_message = on_connect, on_disconnect, self._command
        try:
            client.connect(broker.host, broker.port, keepalive=_KEEPALIVE)
        except OSError:
            return None
        client.loop_start()
        if connected.wait(_CONNECT_SECONDS):
            return client
        client.disconnect()
        client.loop_stop()
        return None

    def _serve(self, client: Client) -> None:
        self._publish_birth(client)
        while not (self._stop.is_set() or self._gone.is_set()):
            self._wake.wait(1.0)
            self._wake.clear()
            if self._rebirth:
                self._rebirth = False
                self._publish_birth(client)
            with self._lock:
                changed = [self._data(name) for name in self._changed]
                self._changed.clear()
            if changed and not self._gone.is_set():
                self._publish(client, "NDATA", changed)
        if not self._gone.is_set():
            client.publish(self._broker.topic("NDEATH"), self._death(), qos=1).wait_for_publish(1.0)

    def _publish_birth(self, client: Client) -> None:
        with self._lock:
            self._changed.clear()
            metrics = [
                Metric(self._bd_seq, DataType.INT64, _BD_SEQ),
                Metric(False, DataType.BOOLEAN, _REBIRTH),
                *(
                    Metric(self._values[name], kind, name, self._aliases[name])
                    for name, kind in self._types.items()
                ),
            ]
        self._seq = 0
        self._publish(client, "NBIRTH", metrics)

    def _publish(self, client: Client, kind: str, metrics: list[Metric]) -> None:
        client.publish(self._broker.topic(kind), payload(metrics, timestamp=_now(), seq=self._seq), qos=0)
        self._seq = (self._seq + 1) % 256

    def _data(self, name: str) -> Metric:
        return Metric(self._values[name], self._types[name], alias=self._aliases[name])

    def _death(self) -> bytes:
        return payload([Metric(self._bd_seq, DataType.INT64, _BD_SEQ)], timestamp=_now())

    def _command(self, client: Client, _: object, message: MQTTMessage) -> None:
        if commands(message.payload).get(_REBIRTH):
            self._rebirth = True
            self._wake.set()


_ZERO: dict[DataType, Value] = {
    DataType.INT64: 0,
    DataType.UINT64: 0,
    DataType.DOUBLE: 0.0,
    DataType.BOOLEAN: False,
    DataType.STRING: "",
}


def _now() -> int:
    return int(time.time() * 1000)
