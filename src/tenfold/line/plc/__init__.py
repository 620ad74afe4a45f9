"""The plant's signals. A plant is an object with `exchange`, an output one with `fire`, `state` and `health`.

signals.py           Inputs, Outputs, Plant, SignalOutput: the signals, the same for every protocol
modbus.py            ModbusPlant: a PLC that answers Modbus TCP, and the map of its registers
modbus_tcp.py        registers asked for and served over Modbus TCP
handshake.py         Handshake: ready, trigger, acknowledgements and results that wait, as a state machine
handshake_plant.py   HandshakePlant: a plant that asks for verdicts by a handshake, over any protocol
modbus_server.py     ModbusServer: that plant over Modbus TCP, and the map of its registers
server_thread.py     an asyncio server in a thread of its own
registers.py         maps of registers: which values stand where
triggers.py          triggers beside the plant's photo-eye, and a station without a PLC
mqtt_trigger.py      messages on an MQTT topic as triggers
digital.py           a command or a file for each verdict
wiring.py            connect: plants and outputs from values that are kept
mqtt_broker.py       where an MQTT broker is, and how it is logged in to
sparkplug.py         SparkplugOutput: a station's state and counts on an MQTT broker
sparkplug_payload.py the bytes of its messages
opcua/               OPC UA: OpcUaServer, a station on the nodes of OPC 40100-1; OpcUaPlant, a PLC's nodes
"""

from importlib.util import find_spec

from tenfold.errors import MissingExtra


def require() -> None:
    """Raise MissingExtra where what plants need is not installed."""
    for module in ("pymodbus", "paho", "asyncua"):
        if find_spec(module) is None:
            raise MissingExtra.of("The production line", "line", module)
