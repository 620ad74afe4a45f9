"""The plant's signals. A plant is an object with `exchange`; each protocol has a module.

signals.py   Inputs, Outputs, Plant: what is exchanged, on whatever wire
modbus.py    ModbusPlant: a PLC that answers Modbus TCP, and the map of its registers
"""

from importlib.util import find_spec

from tenfold.errors import MissingExtra


def require() -> None:
    """Raise MissingExtra where what plants need is not installed."""
    if find_spec("pymodbus") is None:
        raise MissingExtra(
            "The production line",
            "needs the line extra, which is not installed",
            received="there is no pymodbus",
            cure='Install it with: pip install "tenfold[line]"',
        )
