"""Modbus TCP, to ask and to answer, and the only importer of pymodbus. Knows not what registers mean."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Literal, TypeAlias

from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tenfold.errors import LineError

Kind: TypeAlias = Literal["holding", "input"]

# The library logs packets and tracebacks for errors of the peer; the caller gets a LineError.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
# Of the specification (MODBUS Application Protocol 1.1b3, chapter 7), those that a wrong request brings.
_EXCEPTIONS = {
    1: "it does not know that kind of registers",
    2: "there are no such registers",
    3: "it does not give so many at once",
    4: "it fails, or there is no such unit",
    10: "a gateway does not know that unit",
    11: "a gateway's unit does not answer",
}


class ModbusClient:
    """Asks a PLC; used from one thread. Addresses are those on the wire.

    It connects where it has to: anew after a fault, since a late answer must not be taken for the next one.

    Args:
        seconds: how long an answer may take.

    Its methods raise LineError where the PLC does not answer, or has no such registers.
    """

    def __init__(self, host: str, port: int, device: int, seconds: float = 2.0) -> None:
        self._subject, self._device = f"The PLC at {host}, port {port}", device
        self._new = partial(
            ModbusTcpClient, host, port=port, framer=FramerType.SOCKET, timeout=seconds, retries=0
        )
        self._client: ModbusTcpClient | None = None

    def read(self, first: int, count: int, kind: Kind = "holding") -> list[int]:
        """Holding registers (function 3) or input registers (function 4)."""

        def ask(client: ModbusTcpClient) -> ModbusPDU:
            read = client.read_holding_registers if kind == "holding" else client.read_input_registers
            return read(first, count=count, device_id=self._device)

        return list(self._answer(ask).registers)

    def write(self, first: int, values: list[int]) -> None:
        self._answer(lambda client: client.write_registers(first, values, device_id=self._device))

    def close(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]
            self._client = None

    def _answer(self, ask: Callable[[ModbusTcpClient], ModbusPDU]) -> ModbusPDU:
        try:
            answer = ask(self._connected())
        except (ModbusException, OSError, UnicodeError) as error:
            self.close()
            raise LineError(
                self._subject,
                "does not answer for that unit",
                received=f"unit {self._device}: {error}",
                cure="Try the units 1, 255 and 0.",
                reason="plc-refuses",
            ) from error
        if answer.isError():
            self.close()
            code = answer.exception_code
            raise LineError(
                self._subject,
                "refuses to be read",
                received=f"exception {code}, {_EXCEPTIONS.get(code, 'of its own')}",
                cure="Read fewer registers, from another address, the other kind of registers, or another"
                " unit.",
                reason="plc-refuses",
            )
        return answer

    def _connected(self) -> ModbusTcpClient:
        if self._client is None:
            client = self._new()
            if not client.connect():  # type: ignore[no-untyped-call]
                raise LineError(
                    self._subject,
                    "does not answer",
                    cure="Check that it runs and that the port is right.",
                    reason="plc-away",
                )
            self._client = client
        return self._client


class RegisterServer:
    """Answers: some registers are read, others are written; what is written elsewhere is refused.

    Args:
        tell: gives what the registers in `told` hold, whenever some are read.
        hear: gets what those in `heard` hold, whenever some were written.
    """

    def __init__(
        self,
        address: tuple[str, int],
        device: int,
        told: range,
        tell: Callable[[], list[int]],
        heard: range,
        hear: Callable[[list[int]], None],
    ) -> None:
        self._address, self._device = address, device
        self._told, self._tell, self._heard, self._hear = told, tell, heard, hear
        self._registers = [0] * len(heard)
        self._server: ModbusTcpServer | None = None

    async def start(self) -> None:
        """Raises OSError or RuntimeError where the port is taken."""
        blocks = [
            SimData(block.start, count=len(block), values=0, datatype=DataType.REGISTERS)
            for block in sorted((self._told, self._heard), key=lambda block: block.start)
        ]
        device = SimDevice(self._device, simdata=blocks, action=self._exchange)
        self._server = ModbusTcpServer(device, address=self._address)
        await self._server.serve_forever(background=True)

    async def cut(self) -> None:
        """Answer nobody until it is started again."""
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
        """A request: `held` are the registers from `start` on, `values` what is written from `address` on."""
        if values is None:
            if start <= self._told.start < start + len(held):  # else it is what was heard that is read back
                at = self._told.start - start
                held[at : at + len(self._told)] = self._tell()
            return None
        first = address - self._heard.start
        if not 0 <= first <= len(self._heard) - len(values):
            return ExcCodes.ILLEGAL_ADDRESS
        self._registers[first : first + len(values)] = [int(value) for value in values]
        self._hear(self._registers)
        return None
