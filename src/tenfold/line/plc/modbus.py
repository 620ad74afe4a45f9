"""A PLC that answers Modbus TCP: the station reads and writes its registers. Knows nothing of what they mean.

Addresses on the wire start at 0; many manuals call that register 1, or 40001.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from tenfold.errors import LineError
from tenfold.line.plc.registers import Register, RegisterMap, WordOrder
from tenfold.line.plc.signals import (
    GATE_PARTS_SAY,
    LIGHT_SAYS,
    REMEMBERED,
    Inputs,
    Light,
    OperatingState,
    Outputs,
)

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
    Register("gate_parts", f"{GATE_PARTS_SAY}; 0 without one", words=2),
    Register(
        "gate_counts", "the encoder at the last eight of these parts, the same way", words=2, count=REMEMBERED
    ),
)
OUTPUT_MAP = RegisterMap(
    Register("heartbeat", "changes with every exchange"),
    Register("state", "0 stopped, 1 ready, 2 fault, 3 halted by the plant"),
    Register("pass_part", "number of the part that may pass the gate now; 0: reject", words=2),
    Register("alarm", "0: none"),
    Register("recipe", "recipe in use"),
    Register("passed", "parts released since the station started", words=2),
    Register("rejected", "parts not released", words=2),
    Register("light", LIGHT_SAYS),
)
INPUT_REGISTERS, OUTPUT_REGISTERS = INPUT_MAP.size, OUTPUT_MAP.size

Kind: TypeAlias = Literal["holding", "input"]

# The library logs packets and tracebacks for errors of the peer; the caller gets a LineError.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class ModbusAddress:
    """Where a PLC is and how it counts.

    Attributes:
        inputs: address of the first register that is read.
        outputs: address of the first register that is written.
        base: what the first register of all is called in these two: 0 as on the wire, 1 as in many manuals.
        device: the unit id; 1 or 255 for most PLCs on TCP.
        words: which half of a 32-bit value comes first.
    """

    host: str
    port: int = 502
    inputs: int = 0
    outputs: int = 100
    device: int = 1
    words: WordOrder = "high-first"
    base: int = 0

    def __post_init__(self) -> None:
        if not (self.base in (0, 1) and self.base <= min(self.inputs, self.outputs)):
            raise LineError(
                "Addresses of registers",
                "cannot be counted so",
                received=f"from {self.base}: {self.inputs} and {self.outputs}",
                cure="Count from 0, as on the wire, or from 1; for register 40001 write 1.",
                reason="registers",
            )

    @property
    def first_input(self) -> int:
        """`inputs` as on the wire."""
        return self.inputs - self.base

    @property
    def first_output(self) -> int:
        """`outputs` as on the wire."""
        return self.outputs - self.base


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
        place = self._address
        self._heartbeat = (self._heartbeat + 1) % (1 << 16)
        written = OUTPUT_MAP.pack(asdict(outputs) | {"heartbeat": self._heartbeat}, place.words)
        try:
            client = self._connected()
            self._check(client.write_registers(place.first_output, written, device_id=place.device))
            answer = self._check(
                client.read_holding_registers(
                    place.first_input, count=INPUT_REGISTERS, device_id=place.device
                )
            )
        except (ModbusException, OSError, UnicodeError) as error:
            self.close()
            raise self._refused(str(error)) from error
        except LineError:
            self.close()  # a late answer must not be taken for the next one
            raise
        return _inputs(place, answer.registers)

    def close(self) -> None:
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
            reason="plc-away",
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
    return Outputs(**values | {"state": OperatingState(values["state"]), "light": Light(values["light"])})


def read_inputs(place: ModbusAddress) -> list[tuple[int, Register, list[int]]]:
    """What the registers that a station reads hold now, to find out how a PLC counts.

    Returns:
        of each single value its address on the wire, its register, and what is read with either word order:
        the high word first, the low word first.

    Raises:
        LineError: see `read_back`.
    """
    held = read_back(place.host, place.port, place.device, place.first_input, INPUT_REGISTERS)
    both = [INPUT_MAP.unpack(held, order) for order in ("high-first", "low-first")]
    return [
        (place.first_input + at, one, [value for found in both if isinstance(value := found[one.name], int)])
        for at, one in INPUT_MAP
        if one.count == 1
    ]


def read_back(
    host: str, port: int, device: int, first: int, count: int, *, kind: Kind = "holding", seconds: float = 2.0
) -> list[int]:
    """What registers of a PLC hold, to find out how it counts.

    Args:
        first: address on the wire.
        kind: holding registers (function 3) or input registers (function 4).

    Raises:
        LineError: it does not answer, or has no such registers.
    """
    subject = f"The PLC at {host}, port {port}"
    client = ModbusTcpClient(host, port=port, framer=FramerType.SOCKET, timeout=seconds, retries=0)
    try:
        if not client.connect():  # type: ignore[no-untyped-call]
            raise LineError(
                subject,
                "does not answer",
                cure="See that it runs and that the port is right.",
                reason="plc-away",
            )
        read = client.read_holding_registers if kind == "holding" else client.read_input_registers
        answer = read(first, count=count, device_id=device)
    except (ModbusException, OSError, UnicodeError) as error:
        raise LineError(
            subject,
            "does not answer for that unit",
            received=f"unit {device}: {error}",
            cure="Try the units 1, 255 and 0.",
            reason="plc-refuses",
        ) from error
    finally:
        client.close()  # type: ignore[no-untyped-call]
    if answer.isError():
        code = getattr(answer, "exception_code", 0)
        raise LineError(
            subject,
            "refuses to be read",
            received=f"exception {code}, {_EXCEPTIONS.get(code, 'of its own')}",
            cure="Read fewer registers, from another address, the other kind of registers, or another unit.",
            reason="plc-refuses",
        )
    return list(answer.registers)


# Of the specification (MODBUS Application Protocol 1.1b3, chapter 7), those that a wrong request brings.
_EXCEPTIONS = {
    1: "it does not know that kind of registers",
    2: "there are no such registers",
    3: "it does not give so many at once",
    4: "it fails, or there is no such unit",
    10: "a gateway does not know that unit",
    11: "a gateway's unit does not answer",
}
