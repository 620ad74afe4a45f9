"""Messages on an MQTT topic as triggers. Knows nothing of what they say."""

from collections.abc import Callable

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tenfold.line.plc.mqtt_broker import Broker, Login
from tenfold.line.plc.signals import OutputHealth, Outputs, PartResult

_KEEPALIVE = 5


class MqttTrigger:
    """Calls `trigger` for each message on a topic; while the broker is away, parts have to be rejected.

    Has the form of a `SignalOutput`, whose health the station watches.
    """

    def __init__(self, broker: Broker, topic: str, trigger: Callable[[], None]) -> None:
        self._broker = broker
        self._subscribed = False
        client = self._client = Client(CallbackAPIVersion.VERSION2, clean_session=True)
        client.reconnect_delay_set(1, 5)
        Login(broker).prepare(client)

        def on_connect(
            client: Client, _: object, flags: ConnectFlags, code: ReasonCode, properties: Properties | None
        ) -> None:
            if not code.is_failure:
                client.subscribe(topic, qos=1)
                self._subscribed = True

        def on_disconnect(
            client: Client, _: object, flags: DisconnectFlags, code: ReasonCode, properties: Properties | None
        ) -> None:
            self._subscribed = False

        def on_message(client: Client, _: object, message: MQTTMessage) -> None:
            if not message.retain:  # an old one, from before this station was there
                trigger()

        client.on_connect, client.on_disconnect, client.on_message = on_connect, on_disconnect, on_message
        client.connect_async(broker.host, broker.port, keepalive=_KEEPALIVE)
        client.loop_start()

    def fire(self, result: PartResult) -> None:
        """See `SignalOutput`; nothing is told."""

    def state(self, outputs: Outputs) -> None:
        """See `SignalOutput`; nothing is told."""

    def health(self) -> OutputHealth:
        if self._subscribed:
            return OutputHealth()
        return OutputHealth(self._broker.away(), halts=True)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
