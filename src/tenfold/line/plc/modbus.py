"""A PLC that answers Modbus TCP: the station reads and writes its registers. Knows nothing of what they mean.

Addresses are those on the wire, from 0; a manual that counts from 40001 calls address 0 register 40001.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from tenfold.errors import LineError
from tenfold.line.plc.registers import Register, RegisterMap, WordOrder
from tenfold.line.plc.signals import REMEMBERED, Inputs, Outputs, State

INPUT_MAP = RegisterMap(
    Register("encoder", "the belt's count now; wraps", words=2),
    Register(
        "triggers",
        "parts that passed the photo-eye: a counter, because a pulse can be shorter than the station's poll",
        words=2,
    ),
    Register("rejects", "parts that the reject sensor saw: a counter; 0 without a sensor", words=2),
    Register("heartbeat", "changes at least every 200 ms"),
    Register("recipe", "recipe that the plant asks for; 0: it does not say"),
    Register(
        "trigger_counts",
        "the encoder at the last eight triggers: part number n at place n modulo 8",
        words=2,
        count=REMEMBERED,
    ),
    Register(
        "reject_counts",
        "the encoder at the last eight rejected parts, the same way",
        words=2,
        count=REMEMBERED,
    ),
    Register("order", "number of the order that is made; 0: the plant does not say", words=2),
    Register("batch", "number of the batch; 0: the plant does not say", words=2),
    Register("shift", "number of the shift; 0: the plant does not say"),
)
OUTPUT_MAP = RegisterMap(
    Register("heartbeat", "changes with every exchange"),
    Register("state", "0 stopped, 1 ready, 2 fault, 3 halted by the plant"),
    Register("pass_part", "number of the part that may pass the gate now; 0: reject", words=2),
    Register("alarm", "0: none"),
    Register("recipe", "recipe in use"),
    Register("passed", "parts released since the station started", words=2),
    Register("rejected", "parts not released", words=2),
)
INPUT_REGISTERS, OUTPUT_REGISTERS = INPUT_MAP.size, OUTPUT_MAP.size

# It prints packets and tracebacks for what a peer did wrong; the caller is told by LineError.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class ModbusAddress:
    """Where a PLC is and how it counts.

    Attributes:
        inputs: address of the first register that is read, from 0.
        outputs: address of the first register that is written.
        device: the unit id; 1 or 255 for most PLCs on TCP.
        words: which half of a 32-bit value comes first.
    """

    host: str
    port: int = 502
    inputs: int = 0
    outputs: int = 100
    device: int = 1
    words: WordOrder = "high-first"


class ModbusPlant:
    """A PLC over Modbus TCP; used from one thread.

    Args:
        seconds: how long it may take to answer.
    """

    def __init__(self, address: ModbusAddress, *, seconds: float = 0.25) -> None:
        self._address, self._seconds = address, seconds
        self._client: ModbusTcpClient | None = None
        self._heartbeat = 0

    def exchange(self, outputs: Outputs) -> Inputs:
        """See `Plant`."""
        place = self._address
        self._heartbeat = (self._heartbeat + 1) % (1 << 16)
        written = OUTPUT_MAP.pack(asdict(outputs) | {"heartbeat": self._heartbeat}, place.words)
        try:
            client = self._connected()
            self._check(client.write_registers(place.outputs, written, device_id=place.device))
            answer = self._check(
                client.read_holding_registers(place.inputs, count=INPUT_REGISTERS, device_id=place.device)
            )
        except (ModbusException, OSError) as error:
            self.close()
            raise self._refused(str(error)) from error
        except LineError:
            self.close()  # an answer that came late must not be taken for the next one's
            raise
        return _inputs(place, answer.registers)

    def close(self) -> None:
        """See `Plant`."""
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]
            self._client = None

    def _connected(self) -> ModbusTcpClient:
        if self._client is None:
            client = ModbusTcpClient(
                self._address.host,
                port=self._address.port,
                framer=FramerType.SOCKET,
                timeout=self._seconds,
                retries=0,
            )
            if not client.connect():  # type: ignore[no-untyped-call]
                client.close()  # type: ignore[no-untyped-call]
                raise self._refused("nothing answers there")
            self._client = client
        return self._client

    def _check(self, answer: ModbusPDU) -> ModbusPDU:
        if answer.isError():
            raise self._refused(f"it answered with exception {getattr(answer, 'exception_code', '?')}")
        return answer

    def _refused(self, received: str) -> LineError:
        return LineError(
            f"The PLC at {self._address.host}, port {self._address.port}",
            "does not exchange signals",
            received=received,
            cure="See that it runs, that address, port and unit id are right, and that it has the registers"
            " of the docs. Parts are rejected meanwhile.",
        )


def _inputs(place: ModbusAddress, registers: Sequence[int]) -> Inputs:
    values: dict[str, Any] = dict(INPUT_MAP.unpack(registers, place.words))
    return Inputs(**values)


def registers(place: ModbusAddress, inputs: Inputs) -> list[int]:
    """`inputs` as a PLC holds them: what a simulated plant serves."""
    return INPUT_MAP.pack(asdict(inputs), place.words)


def outputs(place: ModbusAddress, registers: Sequence[int]) -> Outputs:
    """What a station wrote, as a PLC reads it."""
    values: dict[str, Any] = dict(OUTPUT_MAP.unpack(registers, place.words))
    del values["heartbeat"]
    return Outputs(**values | {"state": State(values["state"])})
