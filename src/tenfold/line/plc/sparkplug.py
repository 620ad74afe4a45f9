"""A station as an edge node of Sparkplug B 3.0: births, data on change, death.

Who publishes what when stands in chapters 4 and 5 of the specification
(https://sparkplug.eclipse.org/specification/, version 3.0):

- the will is NDEATH with bdSeq and without seq; bdSeq rises with each connection that came about;
- NBIRTH first, seq 0, every metric with its name and alias; after it NDATA, only what changed, only aliases;
- a rebirth command brings NBIRTH again with the same bdSeq;
- where there is a primary host, no birth before its STATE says that it is online; when it goes, so does the
  node.
"""

import threading
import time
from collections.abc import Mapping

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tenfold.errors import LineError
from tenfold.line.plc.mqtt_broker import Broker, Login
from tenfold.line.plc.signals import Light, OperatingState, OutputHealth, Outputs, PartResult
from tenfold.line.plc.sparkplug_payload import DataType, Metric, Value, commands, payload
from tenfold.parsing import from_json

BD_SEQ, REBIRTH = "bdSeq", "Node Control/Rebirth"
_CONNECT_SECONDS, _PAUSE_SECONDS, _KEEPALIVE = 3.0, 1.0, 5


class SparkplugNode:
    """An edge node that keeps its connection. `update` from any thread; nothing waits for the broker.

    Args:
        metrics: the node's metrics and their types, which never change.

    Attributes:
        problem: why nobody is told anything now; None until the broker was asked.

    Raises:
        LineError: a certificate or a key cannot be used.
    """

    def __init__(self, broker: Broker, metrics: Mapping[str, DataType]) -> None:
        self._broker, self._login, self._types = broker, Login(broker), dict(metrics)
        self._aliases = {name: number for number, name in enumerate(self._types, 1)}
        self._values: dict[str, Value] = {name: _ZERO[kind] for name, kind in self._types.items()}
        self._changed: dict[str, None] = {}
        self._lock = threading.Lock()
        self._wake, self._gone = threading.Event(), threading.Event()
        self._stop = threading.Event()
        self._seq, self._bd_seq = 0, 0
        self._rebirth = False
        self.problem: LineError | None = None
        self._host_at, self._host_online = -1, False
        self._thread = threading.Thread(target=self._run, name="tenfold-sparkplug", daemon=True)

    def start(self) -> None:
        """Connect, and reconnect whenever the broker was away."""
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
        """Publish the death of this node, and disconnect."""
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
                self.problem = self._broker.away()
                client.disconnect()
                client.loop_stop()
            # Each connection has its own death certificate, with the next number.
            self._bd_seq = (self._bd_seq + 1) % 256

    def _connect(self) -> Client | None:
        """A connection, or None."""
        broker = self._broker
        connected, self._gone = threading.Event(), threading.Event()
        self._host_at, self._host_online = -1, not broker.primary
        refused = ""
        client = Client(CallbackAPIVersion.VERSION2, clean_session=True, reconnect_on_failure=False)
        client.connect_timeout = _CONNECT_SECONDS
        self._login.prepare(client)
        client.will_set(broker.topic("NDEATH"), self._death(), qos=1, retain=False)
        gone = self._gone

        def on_connect(
            client: Client, _: object, flags: ConnectFlags, code: ReasonCode, properties: Properties | None
        ) -> None:
            nonlocal refused
            if code.is_failure:
                refused = str(code)
            else:
                client.subscribe(broker.topic("NCMD"), qos=1)
                if broker.primary:
                    client.subscribe(self._state_topic, qos=1)
            connected.set()

        def on_disconnect(
            client: Client, _: object, flags: DisconnectFlags, code: ReasonCode, properties: Properties | None
        ) -> None:
            gone.set()
            self._wake.set()

        client.on_connect, client.on_disconnect, client.on_message = on_connect, on_disconnect, self._hear
        try:
            client.connect(broker.host, broker.port, keepalive=_KEEPALIVE)
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else ""
            self.problem = broker.away(why or str(error))
            return None
        client.loop_start()
        if connected.wait(_CONNECT_SECONDS) and not refused:
            return client
        self.problem = broker.away(refused or "it does not answer")
        client.disconnect()
        client.loop_stop()
        return None

    def _serve(self, client: Client) -> None:
        while not (self._host_online or self._stop.is_set() or self._gone.is_set()):
            self.problem = LineError(
                f"The primary host {self._broker.primary}",
                "is not online",
                reason="primary-host-away",
                params={"name": self._broker.primary},
            )
            self._wake.wait(1.0)
            self._wake.clear()
        if self._stop.is_set() or self._gone.is_set():
            return
        self._publish_birth(client)
        while self._host_online and not (self._stop.is_set() or self._gone.is_set()):
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
                Metric(self._bd_seq, DataType.INT64, BD_SEQ),
                Metric(False, DataType.BOOLEAN, REBIRTH),
                *(
                    Metric(self._values[name], kind, name, self._aliases[name])
                    for name, kind in self._types.items()
                ),
            ]
        self._seq = 0
        self._publish(client, "NBIRTH", metrics)
        self.problem = None

    def _publish(self, client: Client, kind: str, metrics: list[Metric]) -> None:
        client.publish(self._broker.topic(kind), payload(metrics, timestamp=_now(), seq=self._seq), qos=0)
        self._seq = (self._seq + 1) % 256

    def _data(self, name: str) -> Metric:
        return Metric(self._values[name], self._types[name], alias=self._aliases[name])

    def _death(self) -> bytes:
        return payload([Metric(self._bd_seq, DataType.INT64, BD_SEQ)], timestamp=_now())

    @property
    def _state_topic(self) -> str:
        return f"spBv1.0/STATE/{self._broker.primary}"

    def _hear(self, client: Client, _: object, message: MQTTMessage) -> None:
        if self._broker.primary and message.topic == self._state_topic:
            self._hear_host(bytes(message.payload))
        elif commands(message.payload).get(REBIRTH):
            self._rebirth = True
            self._wake.set()

    def _hear_host(self, said: bytes) -> None:
        """A host's STATE; an older one than the last, and nonsense, says nothing."""
        try:
            state = from_json(said)
            online, at = state["online"], int(state["timestamp"])
        except (ValueError, KeyError, TypeError, OverflowError):
            return
        if isinstance(online, bool) and at >= self._host_at:
            self._host_at, self._host_online = at, online
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


# The metrics of a station: the type of each, and what it says.
METRICS: Mapping[str, tuple[DataType, str]] = {
    "state": (DataType.STRING, ", ".join(one.name.lower() for one in OperatingState)),
    "alarm": (DataType.INT64, "a code of the table of reasons; 0: none"),
    "recipe": (DataType.INT64, "recipe in use"),
    "passed": (DataType.UINT64, "parts released since the station started"),
    "rejected": (DataType.UINT64, "parts not released"),
    "light": (DataType.STRING, f"of the stack light: {', '.join(one.name.lower() for one in Light)}"),
    "model": (DataType.STRING, "SHA-256 of the model file in use"),
}


class SparkplugOutput:
    """Tells an MQTT broker the station's state and counts."""

    def __init__(self, broker: Broker) -> None:
        self._node = SparkplugNode(broker, {name: kind for name, (kind, _) in METRICS.items()})
        self._node.start()

    def fire(self, result: PartResult) -> None:
        """See `SignalOutput`; the counts say it."""

    def state(self, outputs: Outputs) -> None:
        self._node.update(
            {
                "state": outputs.state.name.lower(),
                "alarm": outputs.alarm,
                "recipe": outputs.recipe,
                "passed": outputs.passed,
                "rejected": outputs.rejected,
                "light": outputs.light.name.lower(),
                "model": outputs.model,
            }
        )

    def health(self) -> OutputHealth:
        return OutputHealth(self._node.problem)

    def close(self) -> None:
        self._node.stop()
