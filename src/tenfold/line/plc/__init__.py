"""The plant's signals. A plant is an object with `exchange`; each protocol has a module.

signals.py   Inputs, Outputs, Plant: what is exchanged, on whatever wire
modbus.py    ModbusPlant: a PLC that answers Modbus TCP, and the map of its registers
sparkplug.py SparkplugNode: a station's state and counts on an MQTT broker
"""

from importlib.util import find_spec

from tenfold.errors import MissingExtra


def require() -> None:
    """Raise MissingExtra where what plants need is not installed."""
    for module in ("pymodbus", "paho"):
        if find_spec(module) is None:
            raise MissingExtra(
                "The production line",
                "needs the line extra, which is not installed",
                received=f"there is no {module}",
                cure='Install it with: pip install "tenfold[line]"',
            )
