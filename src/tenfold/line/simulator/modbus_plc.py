"""The PLC of a simulated plant on Modbus TCP."""

from dataclasses import asdict
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tenfold.line.plc import modbus
from tenfold.line.plc.modbus import INPUT_REGISTERS, OUTPUT_REGISTERS, ModbusAddress
from tenfold.line.simulator.broker import HOST, free_port
from tenfold.line.simulator.conveyor import Conveyor


class ModbusPlc:
    """Registers as in the docs."""

    def __init__(self, conveyor: Conveyor) -> None:
        self._conveyor, self._place = conveyor, ModbusAddress(HOST, free_port())
        self._server: ModbusTcpServer | None = None
        self._device = SimDevice(
            self._place.device,
            simdata=[
                SimData(self._place.inputs, count=INPUT_REGISTERS, values=0, datatype=DataType.REGISTERS),
                SimData(self._place.outputs, count=OUTPUT_REGISTERS, values=0, datatype=DataType.REGISTERS),
            ],
            action=self._exchange,
        )

    def address(self) -> dict[str, Any]:
        return {"kind": "modbus"} | asdict(self._place)

    async def start(self) -> None:
        self._server = ModbusTcpServer(self._device, address=(HOST, self._place.port))
        await self._server.serve_forever(background=True)

    async def cut(self) -> None:
        assert self._server is not None
        await self._server.shutdown()  # type: ignore[no-untyped-call]

    async def _exchange(
        self,
        code: int,
        start: int,
        address: int,
        count: int,
        held: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        place = self._place
        if values is None:
            first = place.inputs - start
            held[first : first + INPUT_REGISTERS] = modbus.registers(place, self._conveyor.inputs())
        elif address == place.outputs and len(values) == OUTPUT_REGISTERS:
            self._conveyor.hear(modbus.outputs(place, [int(value) for value in values]), int(values[0]))
        return None
