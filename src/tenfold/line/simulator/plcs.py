"""The PLC of a simulated plant, on Modbus TCP or OPC UA. Its connection can be cut, to simulate a fault."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from tenfold.line.simulator.broker import HOST, free_port
from tenfold.line.simulator.conveyor import Conveyor

_POLL_SECONDS = 0.01


class Plc(Protocol):
    """A PLC that a station exchanges signals with."""

    def address(self) -> dict[str, Any]:
        """Where it is, as a station's set-up has it, with `kind`."""

    async def start(self) -> None:
        """Answer from now on."""

    async def cut(self) -> None:
        """Answer nobody until it is started again."""


async def run(plc: Plc, failing: Callable[[], bool], ready: Callable[[], None]) -> None:
    """Run a PLC, cut while it is failing; `ready` is called once it answers."""
    while True:
        await plc.start()
        ready()
        await _while(lambda: not failing())
        await plc.cut()
        await _while(failing)


async def _while(condition: Callable[[], bool]) -> None:
    while condition():
        await asyncio.sleep(_POLL_SECONDS)


def opened(signals: str, conveyor: Conveyor) -> Plc:
    """The PLC for these signals, modbus or opcua; only its own library is imported."""
    if signals == "opcua":
        from tenfold.line.plc.opcua.plc import OpcUaPlc

        return OpcUaPlc(HOST, free_port(), conveyor.inputs, conveyor.hear)
    from tenfold.line.plc.modbus import ModbusPlc

    return ModbusPlc(HOST, free_port(), conveyor.inputs, conveyor.hear)
