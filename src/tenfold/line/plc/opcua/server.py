"""A station as an OPC UA server: a vision system of OPC 40100-1, its signals, and a handshake if wanted.

It is an output of the station. The server runs in a thread of its own; the state machine of the vision system
is moved on in whatever thread says something, and what changed is published in the server's.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from asyncua import Server, ua

from tenfold.errors import LineError
from tenfold.line.parts import CODES
from tenfold.line.plc.handshake import VERDICT_CODES
from tenfold.line.plc.handshake_plant import HandshakePlant, Heard
from tenfold.line.plc.opcua.address_space import StationNodes, build
from tenfold.line.plc.opcua.methods import Methods
from tenfold.line.plc.opcua.nodes import HANDSHAKE_CONTROL, HANDSHAKE_STATUS, SIGNALS
from tenfold.line.plc.opcua.publishing import Publisher, hear_writes
from tenfold.line.plc.opcua.results import KnownRecipe
from tenfold.line.plc.opcua.security import APPLICATION, Security, new_server
from tenfold.line.plc.opcua.station import StationUpdate, VisionStation
from tenfold.line.plc.opcua.vision import VisionState
from tenfold.line.plc.server_thread import ServerThread
from tenfold.line.plc.signals import OutputHealth, Outputs, PartResult

# Starting takes five seconds of one core, on a busy machine much longer.
_START_SECONDS, _STOP_SECONDS = 300.0, 5.0
_HEARTBEAT_SECONDS, _HANDSHAKE_SECONDS = 0.1, 0.01
_WORD = 1 << 16
_OF_CONTROL = frozenset({"enable", "trigger", "result_ack", "part_id"})


@dataclass(frozen=True)
class OpcUaServerOptions:
    """How a station is served.

    Attributes:
        host: the address of this machine that is listened on.
        name: of the station, for people.
        recipes: gives those that the plant may ask for at that moment.
        simulated: whether the parts are a simulation's; every result says it.
        automatic: whether the station runs by itself after its start; else all parts are rejected until the
            plant starts it, which a plant wants whose Halt has to outlast a start of the station.
        security: who may connect, and how; else everybody, in the open.
    """

    host: str = "127.0.0.1"
    port: int = 4840
    name: str = "tenfold station"
    recipes: Callable[[], Sequence[KnownRecipe]] = tuple
    simulated: bool = False
    automatic: bool = True
    security: Security = field(default_factory=Security)


class OpcUaServer:
    """Serves a station until it is closed.

    Args:
        handshake: a plant that asks for verdicts through nodes of this server.
        choose: called in a thread of its own with the number of a recipe that the plant wants prepared;
            whether the station takes it. Without it a recipe that is not in use is refused.

    Raises:
        LineError: the port is taken, or files of the security cannot be used.
    """

    def __init__(
        self,
        options: OpcUaServerOptions,
        *,
        handshake: HandshakePlant | None = None,
        choose: Callable[[int], bool] = lambda number: False,
    ) -> None:
        self._options, self._handshake, self._heard = options, handshake, Heard()
        self._cycles = 0
        self._station = VisionStation(
            options.recipes,
            simulated=options.simulated,
            automatic=options.automatic,
            choose=choose,
            publish=self._publish,
        )
        self._changes: asyncio.Queue[StationUpdate] = asyncio.Queue()
        self._thread = ServerThread("tenfold-opcua", self._serve, (OSError, ua.UaError, LineError))
        if error := self._thread.start(_START_SECONDS):
            self.close()
            raise LineError(
                f"The OPC UA server at {options.host}, port {options.port}",
                "cannot be started",
                received=error,
                cure="Check that the port is free and that the certificate and its key can be read.",
                reason="port-taken",
            )

    def fire(self, result: PartResult) -> None:
        self._station.judged(result)

    def state(self, outputs: Outputs) -> None:
        self._cycles += 1
        self._station.run(outputs)

    def health(self) -> OutputHealth:
        ended = LineError("The OPC UA server", "ended", received=self._thread.error, reason="opcua-ended")
        return OutputHealth(None if self._thread.alive else ended, halts=self._station.halts)

    def close(self) -> None:
        self._thread.close(_STOP_SECONDS)

    def _publish(self, change: StationUpdate) -> None:
        self._thread.call(self._changes.put_nowait, change)

    async def _serve(self, listens: Callable[[], None], stop: asyncio.Event) -> str:
        options = self._options
        server = await new_server(options.host, options.port, options.security)
        server.set_server_name(options.name)
        await server.set_application_uri(APPLICATION)
        nodes = await build(server, options.name, handshake=self._handshake is not None)
        publisher = Publisher(server, nodes)
        await publisher.start(VisionState.PREOPERATIONAL)
        Methods(self._station, asyncio.to_thread).link(server, nodes)
        if self._handshake is not None:
            self._listen(server, nodes, self._handshake)
        await server.start()
        listens()
        tasks = [
            asyncio.create_task(self._tell_changes(publisher)),
            asyncio.create_task(self._beat(publisher)),
        ]
        if self._handshake is not None:
            tasks.append(asyncio.create_task(self._shake(publisher, self._handshake)))
        stopped = asyncio.create_task(stop.wait())
        # Where one of them ends, the server does: the station then says that this output failed, and why.
        done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
        problems = [str(task.exception()) for task in done if task.exception()]
        for task in (*tasks, stopped):
            task.cancel()
        await server.stop()
        return "; ".join(problems) or "it was closed"

    async def _tell_changes(self, publisher: Publisher) -> None:
        while True:
            change = await self._changes.get()
            values: dict[str, Any] = asdict(change.outputs)
            if (result := change.result) is not None:
                values |= {
                    "part": result.number,
                    "verdict": VERDICT_CODES[result.verdict],
                    "reason": CODES[result.reason],
                }
            await publisher.values(SIGNALS, values)
            if change.made is not None:
                await publisher.result(change.made)
            await publisher.transitions(change.transitions, change.job, change.recipe)

    async def _beat(self, publisher: Publisher) -> None:
        beat, seen = 0, -1
        while True:
            if seen != self._cycles:  # it is the station's heartbeat, not this server's
                seen, beat = self._cycles, (beat + 1) % _WORD
                await publisher.values(SIGNALS, {"heartbeat": beat})
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    async def _shake(self, publisher: Publisher, handshake: HandshakePlant) -> None:
        while True:
            status = handshake.tell().status
            # The result first: where Valid is true, the plant may read it at once.
            await publisher.values(HANDSHAKE_STATUS, asdict(status.result))
            await publisher.values(HANDSHAKE_STATUS, asdict(status))
            await asyncio.sleep(_HANDSHAKE_SECONDS)

    def _listen(self, server: Server, nodes: StationNodes, handshake: HandshakePlant) -> None:
        def hear(written: Mapping[str, Any]) -> None:
            control = {name: value for name, value in written.items() if name in _OF_CONTROL}
            others = {name: value for name, value in written.items() if name not in _OF_CONTROL}
            self._heard = replace(self._heard, control=replace(self._heard.control, **control), **others)
            handshake.hear(self._heard)

        hear_writes(server, {nodes.own[row].nodeid: row.field for row in HANDSHAKE_CONTROL}, hear)
