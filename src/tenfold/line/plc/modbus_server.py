"""A station as a Modbus TCP server: a PLC asks for verdicts by the handshake, in registers.

The PLC writes the registers from `inputs` (function 6 or 16) and reads all of them (function 3). One request
is heard as a whole; where a handshake comes in several requests, the part's id has to be there before the
trigger. The unit id is the one of `ModbusAddress`; others are answered with exception 4 or not at all.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tenfold.errors import LineError
from tenfold.line.plc.handshake import Control
from tenfold.line.plc.handshake_plant import HandshakePlant, Heard, Telling
from tenfold.line.plc.modbus import ModbusAddress
from tenfold.line.plc.modbus_tcp import RegisterServer
from tenfold.line.plc.registers import Register, RegisterMap
from tenfold.line.plc.server_thread import ServerThread
from tenfold.line.plc.signals import LIGHT_SAYS, Inputs, Outputs

_START_SECONDS, _STOP_SECONDS = 5.0, 2.0
# Signals of one bit, by the bit's number.
CONTROL_BITS = ("enable", "trigger", "result_ack")
STATUS_BITS = ("ready", "trigger_ack", "acquiring", "valid", "full")
CONTROL_MAP = RegisterMap(
    Register("control", f"bits: {', '.join(f'{at} {name}' for at, name in enumerate(CONTROL_BITS))}"),
    Register("heartbeat", "changes at least every 200 ms"),
    Register(
        "part_id", "the plant's id for the part that it triggers, which comes back with the result", words=2
    ),
    Register("recipe", "recipe that the plant asks for; 0: it does not say"),
    Register("order", "number of the order that is made; 0: the plant does not say", words=2),
    Register("batch", "number of the batch; 0: the plant does not say", words=2),
    Register("shift", "number of the shift; 0: the plant does not say"),
)
STATUS_MAP = RegisterMap(
    Register("status", f"bits: {', '.join(f'{at} {name}' for at, name in enumerate(STATUS_BITS))}"),
    Register("heartbeat", "changes at least every 200 ms while the station runs"),
    Register("state", "0 stopped, 1 ready, 2 fault, 3 halted by the plant"),
    Register("alarm", "0: none"),
    Register("recipe_in_use", "recipe in use"),
    Register("missed", "triggers that came while ready was 0", words=2),
    Register("triggers", "triggers that were taken", words=2),
    Register("waiting", "parts that wait for a verdict or for the acknowledgement of their result"),
    Register("number", "number of the trigger whose result this is; 0 while valid is 0", words=2),
    Register("result_part_id", "the part's id, as the plant gave it", words=2),
    Register("verdict", "1 pass, 2 reject, 3 divert; 0 while valid is 0"),
    Register("reason", "a code of the table of reasons"),
    Register("passed", "parts released since the station started", words=2),
    Register("rejected", "parts not released", words=2),
    Register("light", LIGHT_SAYS),
)


class ModbusServer(HandshakePlant):
    """Serves a station until it is closed; the station's plant and one of its outputs.

    Args:
        address: what is listened on, and where the registers stand.

    Raises:
        LineError: the port is taken, or the registers overlap.
    """

    def __init__(self, address: ModbusAddress) -> None:
        super().__init__()
        apart = address.outputs - address.inputs
        if -STATUS_MAP.size < apart < CONTROL_MAP.size:
            raise LineError(
                "The registers of the handshake",
                "overlap",
                received=f"from {address.inputs} and from {address.outputs}",
                cure=f"{CONTROL_MAP.size} are written and {STATUS_MAP.size} read: leave room for both.",
                reason="registers",
            )
        self._place = address
        self._thread = ServerThread("tenfold-modbus", self._serve, (OSError, RuntimeError))
        if error := self._thread.start(_START_SECONDS):
            raise LineError(
                f"The Modbus server at {address.host}, port {address.port}",
                "cannot be started",
                received=error,
                cure="Check that the port is free; one below 1024 needs special rights.",
                reason="port-taken",
            )

    def exchange(self, outputs: Outputs) -> Inputs:
        if not self._thread.alive:
            raise LineError(
                "The Modbus server", "ended", cure="Start the station again.", reason="server-ended"
            )
        return super().exchange(outputs)

    def close(self) -> None:
        self._thread.close(_STOP_SECONDS)

    async def _serve(self, listens: Callable[[], None], stop: asyncio.Event) -> str:
        place = self._place
        server = RegisterServer(
            (place.host, place.port),
            place.device,
            told=range(place.first_output, place.first_output + STATUS_MAP.size),
            tell=lambda: STATUS_MAP.pack(_status(self.tell()), place.words),
            heard=range(place.first_input, place.first_input + CONTROL_MAP.size),
            hear=lambda registers: self.hear(_heard(CONTROL_MAP.unpack(registers, place.words))),
        )
        await server.start()
        listens()
        await stop.wait()
        await server.cut()
        return "it was closed"


def _status(telling: Telling) -> dict[str, int]:
    status, outputs = telling.status, telling.outputs
    bits = sum(getattr(status, name) << at for at, name in enumerate(STATUS_BITS))
    return {
        "status": bits,
        "heartbeat": telling.heartbeat,
        "state": outputs.state,
        "alarm": outputs.alarm,
        "recipe_in_use": outputs.recipe,
        "missed": status.missed,
        "triggers": status.triggers,
        "waiting": status.waiting,
        "number": status.result.number,
        "result_part_id": status.result.part_id,
        "verdict": status.result.verdict,
        "reason": status.result.reason,
        "passed": outputs.passed,
        "rejected": outputs.rejected,
        "light": outputs.light,
    }


def _heard(values: dict[str, int | tuple[int, ...]]) -> Heard:
    plain: dict[str, Any] = dict(values)
    bits = plain.pop("control")
    control = Control(part_id=plain.pop("part_id"))
    said = {name: bool(bits >> at & 1) for at, name in enumerate(CONTROL_BITS)}
    return replace(Heard(**plain), control=replace(control, **said))
