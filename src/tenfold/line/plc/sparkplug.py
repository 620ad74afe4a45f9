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

from tenfold.errors import LineError
from tenfold.line.plc.mqtt_broker import Broker, login
from tenfold.line.plc.signals import Light, OperatingState, OutputHealth, Outputs, PartResult
from tenfold.line.plc.sparkplug_payload import DataType, Metric, Value, commands, payload
from tenfold.mqtt import MqttConnection
from tenfold.parsing import from_json

BD_SEQ, REBIRTH = "bdSeq", "Node Control/Rebirth"
_PAUSE_SECONDS = 1.0


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
        self._broker, self._login, self._types = broker, login(broker), dict(metrics)
        self._aliases = {name: number for number, name in enumerate(self._types, 1)}
        self._values: dict[str, Value] = {name: _ZERO[kind] for name, kind in self._types.items()}
        self._changed: dict[str, None] = {}
        self._lock = threading.Lock()
        self._wake, self._stop = threading.Event(), threading.Event()
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
            connection = self._connect()
            if connection is None:
                self._stop.wait(_PAUSE_SECONDS)
                continue
            try:
                self._serve(connection)
            finally:
                self.problem = self._broker.away()
                connection.close()
            # Each connection has its own death certificate, with the next number.
            self._bd_seq = (self._bd_seq + 1) % 256

    def _connect(self) -> MqttConnection | None:
        """A connection, or None."""
        broker = self._broker
        self._host_at, self._host_online = -1, not broker.primary
        topics = [broker.topic("NCMD"), *([self._state_topic] if broker.primary else [])]
        connection = MqttConnection(self._login, topics, self._hear, lost=self._wake.set, again=False)
        connection.will(broker.topic("NDEATH"), self._death())
        if why := connection.open():
            self.problem = broker.away(why)
            return None
        return connection

    def _serve(self, connection: MqttConnection) -> None:
        while not self._host_online and self._goes_on(connection):
            self.problem = LineError(
                f"The primary host {self._broker.primary}",
                "is not online",
                reason="primary-host-away",
                params={"name": self._broker.primary},
            )
            self._wake.wait(1.0)
            self._wake.clear()
        if not self._goes_on(connection):
            return
        self._publish_birth(connection)
        while self._host_online and self._goes_on(connection):
            self._wake.wait(1.0)
            self._wake.clear()
            if self._rebirth:
                self._rebirth = False
                self._publish_birth(connection)
            with self._lock:
                changed = [self._data(name) for name in self._changed]
                self._changed.clear()
            if changed and connection.works:
                self._publish(connection, "NDATA", changed)
        connection.publish(self._broker.topic("NDEATH"), self._death())(1.0)

    def _goes_on(self, connection: MqttConnection) -> bool:
        return connection.works and not self._stop.is_set()

    def _publish_birth(self, connection: MqttConnection) -> None:
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
        self._publish(connection, "NBIRTH", metrics)
        self.problem = None

    def _publish(self, connection: MqttConnection, kind: str, metrics: list[Metric]) -> None:
        message = payload(metrics, timestamp=_now(), seq=self._seq)
        connection.publish(self._broker.topic(kind), message, qos=0)
        self._seq = (self._seq + 1) % 256

    def _data(self, name: str) -> Metric:
        return Metric(self._values[name], self._types[name], alias=self._aliases[name])

    def _death(self) -> bytes:
        return payload([Metric(self._bd_seq, DataType.INT64, BD_SEQ)], timestamp=_now())

    @property
    def _state_topic(self) -> str:
        return f"spBv1.0/STATE/{self._broker.primary}"

    def _hear(self, topic: str, content: bytes, _: bool) -> None:
        if self._broker.primary and topic == self._state_topic:
            self._hear_host(content)
        elif commands(content).get(REBIRTH):
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
