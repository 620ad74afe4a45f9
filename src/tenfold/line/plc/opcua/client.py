"""A PLC that is an OPC UA server: the station reads and writes its nodes. Knows nothing of what they mean."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from asyncua import Client, ua

from tenfold.errors import LineError
from tenfold.line.plc.opcua.security import Security, secure_client
from tenfold.line.plc.signals import GATE_PARTS_SAY, LIGHT_SAYS, REMEMBERED, Inputs, Outputs

# What a station reads and writes, by the names of nodes in its set-up.
READS = {
    "triggers": "parts that passed the photo-eye: a counter that wraps at 2^32",
    "heartbeat": "changes at least every 200 ms",
    "encoder": "the belt's count now, wraps at 2^32",
    "trigger_counts": "array of eight: the encoder at the last triggers, part number n at place n modulo 8",
    "rejects": "parts that the reject sensor saw: a counter",
    "reject_counts": "array of eight: the encoder at the last rejected parts, the same way",
    "recipe": "recipe that the plant asks for; 0: it does not say",
    "order": "number of the order; 0: it does not say",
    "batch": "number of the batch",
    "shift": "number of the shift",
    "gate_parts": f"{GATE_PARTS_SAY}; 0 without one",
    "gate_counts": "array of eight: the encoder at the last of these parts, the same way",
}
WRITES = {
    "pass_part": "number of the part that may pass the gate now; 0: reject",
    "heartbeat": "changes with every exchange",
    "state": "0 stopped, 1 ready, 2 fault, 3 halted by the plant",
    "alarm": "0: none",
    "recipe": "recipe in use",
    "passed": "parts released since the station started",
    "rejected": "parts not released",
    "light": LIGHT_SAYS,
}
_MUST_READ, _MUST_WRITE = ("triggers", "heartbeat"), ("pass_part", "heartbeat")
_CONNECT_SECONDS, _LEAVE_SECONDS = 4.0, 0.3
# How often the library checks whether the server still answers, and how long it waits. Each exchange is such
# a check, with a limit of its own.
_WATCHDOG_SECONDS = 3600.0
_WORD = 1 << 16


@dataclass(frozen=True)
class OpcUaAddress:
    """Where a PLC is and which of its nodes hold what.

    Attributes:
        url: such as opc.tcp://10.0.0.5:4840.
        reads: node ids by the names of `READS`, such as "ns=4;s=Line.Triggers" or "nsu=urn:plc:line;i=17".
        writes: node ids by the names of `WRITES`.
    """

    url: str
    reads: Mapping[str, str]
    writes: Mapping[str, str]
    security: Security = field(default_factory=Security)

    def __post_init__(self) -> None:
        for what, nodes, known, must in (
            ("reads", self.reads, READS, _MUST_READ),
            ("writes", self.writes, WRITES, _MUST_WRITE),
        ):
            unknown, missing = sorted(set(nodes) - set(known)), [name for name in must if name not in nodes]
            if unknown or missing:
                raise LineError(
                    f"The nodes that a station {what}",
                    "are not those of the docs",
                    received=", ".join(unknown) or f"no node for {' and '.join(missing)}",
                    cure=f"Names are: {', '.join(known)}; needed are {' and '.join(must)}.",
                    reason="nodes",
                )
            for name, node in nodes.items():
                try:
                    ua.NodeId.from_string(node)
                except ua.UaError as error:
                    raise LineError(
                        f"The node for {name}",
                        "has no id that can be read",
                        received=node,
                        cure="Write ns=4;s=Line.Encoder, or nsu=urn:plc:line;i=17.",
                        reason="nodes",
                    ) from error


class _Nodes:
    """The nodes of an address on a server that is connected, with the types of those that are written."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.reads: dict[str, Any] = {}
        self.writes: dict[str, tuple[Any, Any]] = {}

    async def find(self, address: OpcUaAddress) -> None:
        for name, node in address.reads.items():
            self.reads[name] = await self._id(node)
        for name, node in address.writes.items():
            found = await self._id(node)
            # A PLC refuses a value of another integer type than its variable's.
            self.writes[name] = found, await self.client.get_node(found).read_data_type_as_variant_type()

    async def _id(self, text: str) -> Any:
        node = ua.NodeId.from_string(text)
        if isinstance(node, ua.ExpandedNodeId) and node.NamespaceUri:
            index = await self.client.get_namespace_index(node.NamespaceUri)
            return ua.NodeId(node.Identifier, index)
        return node


class OpcUaPlant:
    """A PLC over OPC UA; used from one thread.

    Args:
        seconds: how long it may take to answer; connecting may take four.
    """

    def __init__(self, address: OpcUaAddress, *, seconds: float = 0.25) -> None:
        self._address, self._seconds = address, seconds
        self._runner: asyncio.Runner | None = None
        self._nodes: _Nodes | None = None
        self._heartbeat = 0

    def exchange(self, outputs: Outputs) -> Inputs:
        self._heartbeat = (self._heartbeat + 1) % _WORD
        if self._runner is None:
            self._runner = asyncio.Runner()
        try:
            return _inputs(self._runner.run(self._exchange(outputs)))
        except (OSError, ua.UaError, TimeoutError, asyncio.CancelledError, TypeError, ValueError) as error:
            self.close()
            raise LineError(
                f"The PLC at {self._address.url}",
                "does not exchange signals",
                received=str(error) or type(error).__name__,
                cure="Check that its OPC UA server runs, that this station may connect, and that it has the"
                " nodes of the station's set-up. Parts are rejected meanwhile.",
                reason="plc-away",
            ) from error

    def close(self) -> None:
        runner, nodes = self._runner, self._nodes
        self._runner = self._nodes = None
        if runner is None:
            return
        if nodes is not None:
            with suppress(OSError, ua.UaError, TimeoutError, asyncio.CancelledError):
                runner.run(_leave(nodes.client))
        # A client that lost its server is never used again: a new one is made.
        runner.close()

    async def _exchange(self, outputs: Outputs) -> dict[str, Any]:
        if self._nodes is None:
            async with asyncio.timeout(_CONNECT_SECONDS):
                self._nodes = await self._connected()
        async with asyncio.timeout(self._seconds):
            _, read = await asyncio.gather(self._write(self._nodes, outputs), self._read(self._nodes))
        found: dict[str, Any] = read
        return found

    async def _connected(self) -> _Nodes:
        client = Client(self._address.url, timeout=_CONNECT_SECONDS, watchdog_intervall=_WATCHDOG_SECONDS)
        await secure_client(client, self._address.security)
        await client.connect()
        nodes = _Nodes(client)
        await nodes.find(self._address)
        return nodes

    async def _write(self, nodes: _Nodes, outputs: Outputs) -> None:
        values = {name: int(getattr(outputs, name, self._heartbeat)) for name in nodes.writes}
        statuses = await nodes.client.uaclient.write_attributes(
            [node for node, _ in nodes.writes.values()],
            [
                ua.DataValue(ua.Variant(_fitting(values[name], kind), kind))
                for name, (_, kind) in nodes.writes.items()
            ],
            ua.AttributeIds.Value,
        )
        for status in statuses:
            status.check()

    async def _read(self, nodes: _Nodes) -> dict[str, Any]:
        found = await nodes.client.uaclient.read_attributes(list(nodes.reads.values()), ua.AttributeIds.Value)
        read: dict[str, Any] = {}
        for name, value in zip(nodes.reads, found, strict=True):
            value.StatusCode.check()
            read[name] = value.Value.Value
        return read


_BITS = {"Byte": 8, "UInt16": 16, "UInt32": 32, "SByte": 7, "Int16": 15, "Int32": 31}


def _fitting(value: int, kind: Any) -> int | float:
    """A counter in the width of the PLC's variable: it wraps there."""
    return float(value) if kind.name in ("Float", "Double") else value % (1 << _BITS.get(kind.name, 63))


def _inputs(read: Mapping[str, Any]) -> Inputs:
    def number(name: str) -> int:
        return int(read.get(name, 0)) % (1 << 32)

    def counts(name: str, encoder: int) -> tuple[int, ...]:
        # Without them a part is where the belt was when it was read: late by up to one exchange.
        found: Sequence[Any] = read.get(name) or [encoder] * REMEMBERED
        if len(found) != REMEMBERED:
            raise ValueError(f"{name} holds {len(found)} values, not {REMEMBERED}")
        return tuple(int(one) % (1 << 32) for one in found)

    encoder = number("encoder")
    return Inputs(
        encoder=encoder,
        triggers=number("triggers"),
        trigger_counts=counts("trigger_counts", encoder),
        rejects=number("rejects"),
        reject_counts=counts("reject_counts", encoder),
        heartbeat=number("heartbeat"),
        recipe=number("recipe"),
        order=number("order"),
        batch=number("batch"),
        shift=number("shift"),
        gate_parts=number("gate_parts"),
        gate_counts=counts("gate_counts", encoder),
    )


async def _leave(client: Client) -> None:
    async with asyncio.timeout(_LEAVE_SECONDS):
        await client.disconnect()
