"""Photo-eyes of a station that are not the PLC's: messages on a real MQTT broker."""

from pathlib import Path

import pytest

from tenfold.errors import LineError
from tenfold.line.plc.signals import REMEMBERED, Inputs, Outputs
from tenfold.line.stations.wiring import Trigger
from tenfold.workflows.line.process import triggered
from tests.line.plc.test_mqtt_trigger import send
from tests.outbox.receivers import brokering
from tests.waiting import until

NONE = (0,) * REMEMBERED


class Plc:
    """Its encoder is at 500, its photo-eye has counted 99."""

    def exchange(self, outputs: Outputs) -> Inputs:
        return Inputs(500, 99, NONE, 0, NONE, 1)

    def close(self) -> None:
        pass


def test_both_photo_eyes_may_tell_by_mqtt_and_without_the_second_one_s_broker_the_plant_is_lost(
    tmp_path: Path,
) -> None:
    with brokering(tmp_path) as mosquitto:
        broker = {"host": "127.0.0.1", "port": mosquitto.port, "group": "hall", "node": "gate"}
        trigger = Trigger("mqtt", topic="line/eye", gate_topic="line/gate")
        own, plant, mqtt = triggered(trigger, broker, Plc())
        try:
            until(lambda: all(one.health().works for one in mqtt))
            send(mosquitto.port, "line/eye")
            send(mosquitto.port, "line/eye")
            send(mosquitto.port, "line/gate")
            until(lambda: plant.exchange(Outputs()).triggers == 2)
            until(lambda: plant.exchange(Outputs()).gate_parts == 1)
            found = plant.exchange(Outputs())
            assert (found.trigger_counts[2], found.gate_counts[1]) == (500, 500)
            mosquitto.kill()
            until(lambda: not any(one.health().works for one in mqtt))
            with pytest.raises(LineError, match="The second photo-eye"):
                plant.exchange(Outputs())
            mosquitto.start()
            until(lambda: all(one.health().works for one in mqtt))
            assert plant.exchange(Outputs()).gate_parts == 1
        finally:
            for one in mqtt:
                one.close()
    assert own is not None


def test_the_plc_s_own_photo_eyes_are_left_as_they_are() -> None:
    own, plant, mqtt = triggered(Trigger("plant"), None, Plc())
    assert (own, mqtt) == (None, [])
    assert plant.exchange(Outputs()).triggers == 99
