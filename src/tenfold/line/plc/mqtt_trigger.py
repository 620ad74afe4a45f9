"""Messages on an MQTT topic as triggers. Knows nothing of what they say."""

from collections.abc import Callable

from tenfold.line.plc.mqtt_broker import Broker, login
from tenfold.line.plc.signals import OutputHealth, Outputs, PartResult
from tenfold.mqtt import MqttConnection


class MqttTrigger:
    """Calls `trigger` for each message on a topic; while the broker is away, parts have to be rejected.

    Has the form of a `SignalOutput`, whose health the station watches.
    """

    def __init__(self, broker: Broker, topic: str, trigger: Callable[[], None]) -> None:
        def heard(_topic: str, _content: bytes, kept: bool) -> None:
            if not kept:  # an old one, from before this station was there
                trigger()

        self._broker = broker
        self._connection = MqttConnection(login(broker), [topic], heard)
        self._connection.start()

    def fire(self, result: PartResult) -> None:
        """See `SignalOutput`; nothing is told."""

    def state(self, outputs: Outputs) -> None:
        """See `SignalOutput`; nothing is told."""

    def health(self) -> OutputHealth:
        if self._connection.works:
            return OutputHealth()
        return OutputHealth(self._broker.away(), halts=True)

    def close(self) -> None:
        self._connection.close()
