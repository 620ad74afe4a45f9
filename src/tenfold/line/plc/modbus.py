"""A PLC that answers Modbus TCP: the station reads and writes its registers. Knows nothing of what they mean.

Addresses on the wire start at 0; many manuals call that register 1, or 40001.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from tenfold.errors import LineError
from tenfold.line.plc.modbus_tcp import ModbusClient, RegisterServer
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
        self._address = address
        self._client = ModbusClient(address.host, address.port, address.device, seconds)
        self._heartbeat = 0

    def exchange(self, outputs: Outputs) -> Inputs:
        place = self._address
        self._heartbeat = (self._heartbeat + 1) % (1 << 16)
        told = asdict(outputs) | {"heartbeat": self._heartbeat}
        try:
            self._client.write(place.first_output, OUTPUT_MAP.pack(told, place.words))
            return _inputs(place, self._client.read(place.first_input, INPUT_REGISTERS))
        except LineError as error:
            raise LineError(
                error.subject,
                "does not exchange signals",
                received=error.received or error.problem,
                cure="Check that it runs, that address, port and unit id are right, and that it has the"
                " registers of the docs. Parts are rejected meanwhile.",
                reason="plc-away",
            ) from error

    def close(self) -> None:
        self._client.close()


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


class ModbusPlc(RegisterServer):
    """A PLC with these registers, as a simulated plant has one.

    Args:
        inputs: gives what the station reads.
        hear: gets what the station wrote, and its heartbeat.
    """

    def __init__(
        self, host: str, port: int, inputs: Callable[[], Inputs], hear: Callable[[Outputs, int], None]
    ) -> None:
        place = self._place = ModbusAddress(host, port)
        super().__init__(
            (host, port),
            place.device,
            told=range(place.inputs, place.inputs + INPUT_REGISTERS),
            tell=lambda: registers(place, inputs()),
            heard=range(place.outputs, place.outputs + OUTPUT_REGISTERS),
            hear=lambda written: hear(outputs(place, written), written[0]),
        )

    def address(self) -> dict[str, Any]:
        """As a station's set-up has it."""
        return {"kind": "modbus"} | asdict(self._place)


def read_inputs(place: ModbusAddress) -> list[tuple[int, Register, list[int]]]:
    """What the registers that a station reads hold now, to find out how a PLC counts.

    Returns:
        of each single value its address on the wire, its register, and what is read with either word order:
        the high word first, the low word first.

    Raises:
        LineError: see `ModbusClient`.
    """
    with closing(ModbusClient(place.host, place.port, place.device)) as client:
        held = client.read(place.first_input, INPUT_REGISTERS)
    both = [INPUT_MAP.unpack(held, order) for order in ("high-first", "low-first")]
    return [
        (place.first_input + at, one, [value for found in both if isinstance(value := found[one.name], int)])
        for at, one in INPUT_MAP
        if one.count == 1
    ]
