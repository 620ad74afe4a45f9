"""A PLC as an OPC UA server, with the nodes that a station reads and writes: a simulated plant has one."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from asyncua import Server, ua
from asyncua.server.binary_server_asyncio import BinaryServer

from tenfold.line.plc.opcua.client import READS, WRITES, OpcUaAddress
from tenfold.line.plc.opcua.publishing import hear_writes
from tenfold.line.plc.opcua.security import Security, new_server
from tenfold.line.plc.signals import Inputs, Light, OperatingState, Outputs

_NAMESPACE = "urn:tenfold:simulated-plant"
_UINT32 = ua.VariantType.UInt32


class OpcUaPlc:
    """Nodes with the names of the docs, in a namespace of their own.

    Args:
        inputs: gives what the station reads.
        hear: gets what the station wrote, and its heartbeat.
    """

    def __init__(
        self, host: str, port: int, inputs: Callable[[], Inputs], hear: Callable[[Outputs, int], None]
    ) -> None:
        self._host, self._port, self._inputs, self._hear = host, port, inputs, hear
        self._server: Server | None = None
        self._heard: dict[str, int] = {}

    def address(self) -> dict[str, Any]:
        """As a station's set-up has it."""
        found = OpcUaAddress(
            f"opc.tcp://{self._host}:{self._port}/",
            {name: f"nsu={_NAMESPACE};s=Plant.{name}" for name in READS},
            {name: f"nsu={_NAMESPACE};s=Station.{name}" for name in WRITES},
        )
        return {"kind": "opcua"} | asdict(found)

    async def start(self) -> None:
        """Listen. The nodes are made once: making them takes seconds."""
        if self._server is None:
            self._server = await self._made()
            await self._server.start()
        else:
            listener = BinaryServer(self._server.iserver, self._host, self._port, self._server.limits)
            listener.set_policies(self._server._policies)
            await listener.start()
            self._server.bserver = listener

    async def cut(self) -> None:
        """Answer nobody until it is started again."""
        assert self._server is not None
        await self._server.bserver.stop()

    async def _made(self) -> Server:
        server = await new_server(self._host, self._port, Security())
        index = await server.register_namespace(_NAMESPACE)
        plant = await server.nodes.objects.add_object(index, "Plant")
        for name in READS:
            value, number = [0] * 8 if name.endswith("_counts") else 0, ua.NodeId(f"Plant.{name}", index)
            await plant.add_variable(number, name, value, varianttype=_UINT32)
            server.iserver.aspace.set_attribute_value_callback(
                number, ua.AttributeIds.Value, partial(self._answer, name)
            )
        station = await server.nodes.objects.add_object(index, "Station")
        written = {ua.NodeId(f"Station.{name}", index): name for name in WRITES}
        for number, name in written.items():
            node = await station.add_variable(number, name, 0, varianttype=_UINT32)
            await node.set_writable()
        hear_writes(server, written, self._written)
        return server

    def _answer(self, name: str, *_: object) -> Any:
        found = getattr(self._inputs(), name)
        return ua.DataValue(ua.Variant(list(found) if isinstance(found, tuple) else found, _UINT32))

    def _written(self, written: Mapping[str, Any]) -> None:
        self._heard |= {name: int(value) for name, value in written.items()}
        if set(self._heard) == set(WRITES):
            heard: dict[str, Any] = dict(self._heard)
            beat, state, light = (heard.pop(name) for name in ("heartbeat", "state", "light"))
            self._hear(Outputs(state=OperatingState(state), light=Light(light), **heard), beat)
