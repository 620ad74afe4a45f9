"""Sparkplug B: the same bytes as protobuf, and the specification's rules on a real broker through cuts."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tenfold.line.plc.mqtt_broker import Broker
from tenfold.line.plc.signals import Outputs
from tenfold.line.plc.sparkplug import SparkplugNode, SparkplugOutput
from tenfold.line.plc.sparkplug_payload import DataType, Metric, commands, payload
from tests.outbox.receivers import Broker as Mosquitto
from tests.outbox.receivers import brokering
from tests.waiting import until

METRICS = {
    "state": DataType.STRING,
    "passed": DataType.UINT64,
    "fault": DataType.BOOLEAN,
    "yield": DataType.DOUBLE,
}
_FIELDS = {
    "Metric": [
        ("name", 1, "STRING"), ("alias", 2, "UINT64"), ("timestamp", 3, "UINT64"), ("datatype", 4, "UINT32"),
        ("int_value", 10, "UINT32"), ("long_value", 11, "UINT64"), ("double_value", 13, "DOUBLE"),
        ("boolean_value", 14, "BOOL"), ("string_value", 15, "STRING"),
    ],
    "Payload": [("timestamp", 1, "UINT64"), ("metrics", 2, "MESSAGE"), ("seq", 3, "UINT64")],
}  # fmt: skip


def _protobuf() -> Any:
    """The class of a payload, as protobuf makes it from the specification's numbers."""
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug.proto", package="s", syntax="proto2")
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for label, number, kind in fields:
            one = message.field.add(name=label, number=number, type=f"TYPE_{kind}")
            one.label = 3 if kind == "MESSAGE" else 1
            if kind == "MESSAGE":
                one.type_name = ".s.Metric"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("s.Payload"))


Payload = _protobuf()
VALUE_FIELDS = {
    DataType.INT64: "long_value",
    DataType.UINT64: "long_value",
    DataType.DOUBLE: "double_value",
    DataType.BOOLEAN: "boolean_value",
    DataType.STRING: "string_value",
}
VALUES = st.one_of(
    st.tuples(st.just(DataType.INT64), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just(DataType.UINT64), st.integers(0, 2**64 - 1)),
    st.tuples(st.just(DataType.DOUBLE), st.floats(allow_nan=False)),
    st.tuples(st.just(DataType.BOOLEAN), st.booleans()),
    st.tuples(st.just(DataType.STRING), st.text(max_size=200)),
)


@given(
    st.lists(st.tuples(st.text(max_size=20), st.none() | st.integers(0, 300), VALUES), max_size=5),
    st.integers(0, 2**48),
    st.none() | st.integers(0, 255),
)
def test_a_payload_has_the_bytes_that_protobuf_writes(metrics: list[Any], at: int, seq: int | None) -> None:
    expected = Payload(timestamp=at)
    ours = []
    for name, alias, (kind, value) in metrics:
        ours.append(Metric(value, kind, name, alias))
        one = expected.metrics.add(timestamp=at, datatype=int(kind))
        if name:
            one.name = name
        if alias is not None:
            one.alias = alias
        setattr(one, VALUE_FIELDS[kind], value % 2**64 if kind is DataType.INT64 else value)
    if seq is not None:
        expected.seq = seq
    assert payload(ours, timestamp=at, seq=seq) == expected.SerializeToString(deterministic=True)


def rebirth() -> bytes:
    told = Payload(timestamp=1)
    told.metrics.add(name="Node Control/Rebirth", timestamp=1, datatype=11, boolean_value=True)
    return bytes(told.SerializeToString())


def test_a_command_is_read_and_nonsense_is_none() -> None:
    data = rebirth()
    assert commands(data) == {"Node Control/Rebirth": True}
    for cut in range(len(data)):
        commands(data[:cut])


@given(st.binary(max_size=60))
def test_whatever_a_command_holds_reading_it_ends(data: bytes) -> None:
    commands(data)


class Host:
    """A host application: hears everything of the group, and keeps it."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, Any, MQTTMessage]] = []
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._subscribe
        subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(20)  # a birth before it would be missed

    def _subscribe(self, client: Client, *_: object) -> None:
        """As the specification wants it of a host that may have missed a birth: it asks for another."""
        client.subscribe("spBv1.0/plant/#", qos=1)
        if self.heard:
            client.publish("spBv1.0/plant/NCMD/station", rebirth(), qos=1)

    def _hear(self, client: Client, _: object, message: MQTTMessage) -> None:
        read = Payload()
        read.ParseFromString(message.payload)
        self.heard.append((message.topic.split("/")[2], read, message))

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.heard]

    def last(self, kind: str) -> Any:
        return next(read for found, read, _ in reversed(self.heard) if found == kind)

    def told(self) -> list[Any]:
        """The metrics of all messages."""
        return [one for _, read, _ in self.heard for one in read.metrics]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def metric(read: Any, name: str) -> Any:
    return next(one for one in read.metrics if one.name == name)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with brokering(tmp_path) as made:
        yield made


@pytest.mark.slow
def test_the_model_in_use_is_told_and_follows_the_recipe(broker: Mosquitto) -> None:
    host = Host(broker.port)
    output = SparkplugOutput(Broker("127.0.0.1", "plant", "station", broker.port))
    output.state(Outputs(model="abc"))
    until(lambda: "NBIRTH" in host.kinds())
    alias = metric(host.last("NBIRTH"), "model").alias
    output.state(Outputs(model="def"))
    until(lambda: any(one.string_value == "def" and one.alias == alias for one in host.told()))
    output.close()
    host.close()


@pytest.mark.slow
def test_births_data_rebirth_and_deaths_are_as_the_specification_says(broker: Mosquitto) -> None:
    host = Host(broker.port)
    node = SparkplugNode(Broker("127.0.0.1", "plant", "station", broker.port), METRICS)
    node.update({"state": "ready"})
    node.start()
    until(lambda: "NBIRTH" in host.kinds())
    birth = host.last("NBIRTH")
    assert (birth.seq, metric(birth, "bdSeq").long_value) == (0, 0)
    assert metric(birth, "Node Control/Rebirth").boolean_value is False
    assert {one.name for one in birth.metrics} == {"bdSeq", "Node Control/Rebirth", *METRICS}
    assert metric(birth, "state").string_value == "ready"
    assert not host.heard[-1][2].retain

    alias = metric(birth, "passed").alias
    for count in range(1, 4):
        node.update({"passed": count})
        until(lambda count=count: host.kinds().count("NDATA") == count)  # type: ignore[misc]
    told = [read for kind, read, _ in host.heard if kind == "NDATA"]
    assert [read.seq for read in told] == [1, 2, 3]
    assert [read.metrics[0].long_value for read in told] == [1, 2, 3]
    assert all(one.alias == alias and not one.name for read in told for one in read.metrics)
    node.update({"passed": 3})
    time.sleep(0.3)
    assert host.kinds().count("NDATA") == 3, "only what changed"

    host.client.publish("spBv1.0/plant/NCMD/station", rebirth(), qos=1)
    until(lambda: host.kinds().count("NBIRTH") == 2)
    assert (host.last("NBIRTH").seq, metric(host.last("NBIRTH"), "bdSeq").long_value) == (0, 0)

    node.stop()
    until(lambda: "NDEATH" in host.kinds())
    death = host.last("NDEATH")
    assert not death.HasField("seq")
    assert metric(death, "bdSeq").long_value == 0
    host.close()


@pytest.mark.slow
def test_after_the_broker_was_away_the_node_is_born_again_with_the_next_number(broker: Mosquitto) -> None:
    host = Host(broker.port)
    node = SparkplugNode(Broker("127.0.0.1", "plant", "station", broker.port), METRICS)
    node.start()
    until(lambda: "NBIRTH" in host.kinds())
    broker.kill()
    node.update({"passed": 7})
    time.sleep(3)  # several attempts fail; they are no lives
    broker.start()
    until(lambda: metric(host.last("NBIRTH"), "bdSeq").long_value != 0)
    birth = host.last("NBIRTH")
    assert (birth.seq, metric(birth, "bdSeq").long_value) == (0, 1)
    assert metric(birth, "passed").long_value == 7
    node.stop()
    host.close()


@pytest.mark.slow
def test_a_node_waits_for_its_primary_host_and_dies_when_that_goes(broker: Mosquitto) -> None:
    host = Host(broker.port)

    def say(online: bool, at: int) -> None:
        said = json.dumps({"online": online, "timestamp": at})
        host.client.publish("spBv1.0/STATE/scada", said, qos=1, retain=True).wait_for_publish(5)

    say(False, 1_000)
    node = SparkplugNode(Broker("127.0.0.1", "plant", "station", broker.port, primary="scada"), METRICS)
    node.start()
    until(lambda: node.problem is not None and node.problem.reason == "primary-host-away")
    host.client.publish("spBv1.0/STATE/scada", "nonsense", qos=1)
    say(True, 900)  # older than what is known
    time.sleep(0.5)
    assert "NBIRTH" not in host.kinds()
    say(True, 2_000)
    until(lambda: "NBIRTH" in host.kinds())
    until(lambda: not node.problem)
    say(False, 3_000)
    until(lambda: "NDEATH" in host.kinds())
    assert metric(host.last("NDEATH"), "bdSeq").long_value == 0
    say(True, 4_000)
    until(lambda: host.kinds().count("NBIRTH") == 2)
    assert (host.last("NBIRTH").seq, metric(host.last("NBIRTH"), "bdSeq").long_value) == (0, 1)
    node.stop()
    host.close()
