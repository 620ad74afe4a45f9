"""The PLC of a simulated plant as an OPC UA server."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from asyncua import Server, ua
from asyncua.common.callback import CallbackType
from asyncua.server.binary_server_asyncio import BinaryServer

from tenfold.line.plc.opcua.client import READS, WRITES, OpcUaAddress
from tenfold.line.plc.signals import Light, OperatingState, Outputs
from tenfold.line.simulator.broker import HOST, free_port
from tenfold.line.simulator.conveyor import Conveyor

_NAMESPACE = "urn:tenfold:simulated-plant"


class OpcUaPlc:
    """Nodes with the names of the docs, in a namespace of their own."""

    def __init__(self, conveyor: Conveyor) -> None:
        self._conveyor, self._port = conveyor, free_port()
        self._server: Server | None = None
        self._heard: dict[str, int] = {}

    def address(self) -> dict[str, Any]:
        found = OpcUaAddress(
            f"opc.tcp://{HOST}:{self._port}/",
            {name: f"nsu={_NAMESPACE};s=Plant.{name}" for name in READS},
            {name: f"nsu={_NAMESPACE};s=Station.{name}" for name in WRITES},
        )
        return {"kind": "opcua"} | asdict(found)

    async def start(self) -> None:
        """See `Plc`. Its nodes are made once: making them takes seconds."""
        if self._server is None:
            self._server = await self._made()
            await self._server.start()
        else:
            listener = BinaryServer(self._server.iserver, HOST, self._port, self._server.limits)
            listener.set_policies(self._server._policies)
            await listener.start()
            self._server.bserver = listener

    async def cut(self) -> None:
        assert self._server is not None
        await self._server.bserver.stop()

    async def _made(self) -> Server:
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://{HOST}:{self._port}/")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        index = await server.register_namespace(_NAMESPACE)
        plant = await server.nodes.objects.add_object(index, "Plant")
        for name in READS:
            value = [0] * 8 if name.endswith("_counts") else 0
            node = await plant.add_variable(
                ua.NodeId(f"Plant.{name}", index), name, value, varianttype=ua.VariantType.UInt32
            )
            server.iserver.aspace.set_attribute_value_callback(
                node.nodeid, ua.AttributeIds.Value, self._answering(name)
            )
        station = await server.nodes.objects.add_object(index, "Station")
        for name in WRITES:
            node = await station.add_variable(
                ua.NodeId(f"Station.{name}", index), name, 0, varianttype=ua.VariantType.UInt32
            )
            await node.set_writable()
        server.subscribe_server_callback(CallbackType.PostWrite, self._written)
        return server

    def _answering(self, name: str) -> Callable[[Any, Any], Any]:
        def answer(node: Any, attribute: Any) -> Any:
            found = getattr(self._conveyor.inputs(), name)
            value = list(found) if isinstance(found, tuple) else found
            return ua.DataValue(ua.Variant(value, ua.VariantType.UInt32))

        return answer

    def _written(self, event: Any, _: Any) -> None:
        if not event.is_external:
            return  # the server's own
        for write in event.request_params.NodesToWrite:
            name = str(write.NodeId.Identifier).removeprefix("Station.")
            self._heard[name] = int(write.Value.Value.Value)
        if set(self._heard) == set(WRITES):
            heard: dict[str, Any] = {
                name: value for name, value in self._heard.items() if name != "heartbeat"
            }
            state, light = OperatingState(heard.pop("state")), Light(heard.pop("light"))
            self._conveyor.hear(Outputs(state=state, light=light, **heard), self._heard["heartbeat"])
