"""A PLC that answers Modbus TCP, and the map of its registers. Knows nothing of what they mean.

Addresses are those on the wire, from 0; a manual that counts from 40001 calls address 0 register 40001.

    read, at `inputs`:                        written, at `outputs`:
      0  encoder, 32 bits                       0  heartbeat, changes with each exchange
      2  triggers, 32 bits                      1  state: 0 stopped, 1 ready, 2 fault
      4  rejects, 32 bits                       2  part that may pass now, 32 bits; 0 none
      6  heartbeat                              4  alarm
      7  recipe asked for                       5  recipe in use
      8  encoder at the last 8 triggers         6  passed, 32 bits
     24  encoder at the last 8 rejects          8  rejected, 32 bits
     40  order, 32 bits
     42  batch, 32 bits
     44  shift
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from tenfold.errors import LineError
from tenfold.line.plc.signals import REMEMBERED, Inputs, Outputs, State

_JOB = 8 + 4 * REMEMBERED
INPUT_REGISTERS, OUTPUT_REGISTERS = _JOB + 5, 10

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
    words: Literal["high-first", "low-first"] = "high-first"

    def join(self, first: int, second: int) -> int:
        """A 32-bit value from two registers."""
        high, low = (first, second) if self.words == "high-first" else (second, first)
        return high << 16 | low

    def split(self, value: int) -> list[int]:
        """Two registers from a 32-bit value."""
        halves = [value >> 16 & 0xFFFF, value & 0xFFFF]
        return halves if self.words == "high-first" else halves[::-1]


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
        written = [
            self._heartbeat,
            outputs.state,
            *place.split(outputs.pass_part),
            outputs.alarm,
            outputs.recipe,
            *place.split(outputs.passed),
            *place.split(outputs.rejected),
        ]
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
    def many(start: int) -> tuple[int, ...]:
        pairs = range(start, start + 2 * REMEMBERED, 2)
        return tuple(place.join(*registers[at : at + 2]) for at in pairs)

    encoder, triggers, rejects = (place.join(*registers[at : at + 2]) for at in (0, 2, 4))
    return Inputs(
        encoder=encoder,
        triggers=triggers,
        trigger_counts=many(8),
        rejects=rejects,
        reject_counts=many(8 + 2 * REMEMBERED),
        heartbeat=registers[6],
        recipe=registers[7],
        order=place.join(*registers[_JOB : _JOB + 2]),
        batch=place.join(*registers[_JOB + 2 : _JOB + 4]),
        shift=registers[_JOB + 4],
    )


def registers(place: ModbusAddress, inputs: Inputs) -> list[int]:
    """`inputs` as a PLC holds them: what a simulated plant serves."""
    found = [
        register
        for value in (inputs.encoder, inputs.triggers, inputs.rejects)
        for register in place.split(value)
    ]
    found += [inputs.heartbeat, inputs.recipe]
    for value in (*inputs.trigger_counts, *inputs.reject_counts, inputs.order, inputs.batch):
        found += place.split(value)
    return [*found, inputs.shift]


def outputs(place: ModbusAddress, registers: Sequence[int]) -> Outputs:
    """What a station wrote, as a PLC reads it."""
    return Outputs(
        pass_part=place.join(*registers[2:4]),
        state=State(registers[1]),
        alarm=registers[4],
        recipe=registers[5],
        passed=place.join(*registers[6:8]),
        rejected=place.join(*registers[8:10]),
    )
