"""Messages on a real MQTT broker as triggers, through a cut of the broker."""

from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tenfold.line.plc.mqtt_broker import Broker
from tenfold.line.plc.mqtt_trigger import MqttTrigger
from tests.outbox.receivers import brokering
from tests.waiting import until


def send(port: int, topic: str, *, retain: bool = False) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topic, b"part", qos=1, retain=retain).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def test_each_message_is_a_part_and_an_old_one_is_none(tmp_path: Path) -> None:
    came: list[int] = []
    with brokering(tmp_path) as mosquitto:
        send(mosquitto.port, "line/eye", retain=True)
        broker = Broker("127.0.0.1", "hall", "gate", port=mosquitto.port)
        trigger = MqttTrigger(broker, "line/eye", lambda: came.append(1))
        try:
            until(lambda: trigger.health().works)
            send(mosquitto.port, "line/eye")
            send(mosquitto.port, "line/other")
            send(mosquitto.port, "line/eye")
            until(lambda: len(came) == 2)
        finally:
            trigger.close()
    assert came == [1, 1]


def test_while_the_broker_is_away_parts_have_to_be_rejected(tmp_path: Path) -> None:
    with brokering(tmp_path) as mosquitto:
        broker = Broker("127.0.0.1", "hall", "gate", port=mosquitto.port)
        trigger = MqttTrigger(broker, "line/eye", lambda: None)
        try:
            until(lambda: trigger.health().works)
            mosquitto.kill()
            until(lambda: trigger.health().halts)
            assert "is not connected" in str(trigger.health().problem)
            mosquitto.start()
            until(lambda: trigger.health().works)
        finally:
            trigger.close()
