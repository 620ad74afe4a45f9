"""Writes a station's nodes, hears what is written to them, and fires its events, in the server's thread."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asyncua import Node, Server, ua
from asyncua.common.callback import CallbackType
from asyncua.server.event_generator import EventGenerator

from tenfold.line.plc.opcua.address_space import STATE_NODES, StationNodes
from tenfold.line.plc.opcua.nodes import NodeRow
from tenfold.line.plc.opcua.vision import EXECUTING, OPERATIONAL, Transition, VisionState

_OPERATIONAL = 4
_STATE_NAMES = {
    1: "Preoperational", 2: "Halted", 3: "Error", 4: "Operational", 5: "Initialized", 6: "Ready",
    7: "SingleExecution", 8: "ContinuousExecution",
}  # fmt: skip
# Fields of an event about a result that are fields of the result.
_RESULT_FIELDS = (
    "ResultId", "IsPartial", "IsSimulated", "ResultState", "MeasId", "PartId", "ExternalRecipeId",
    "InternalRecipeId", "ProductId", "ExternalConfigurationId", "InternalConfigurationId", "JobId",
    "CreationTime", "ProcessingTimes", "ResultContent",
)  # fmt: skip
_PLAIN_FIELDS = {
    "CreationTime": ua.VariantType.DateTime,
    "IsPartial": ua.VariantType.Boolean,
    "IsSimulated": ua.VariantType.Boolean,
    "ResultState": ua.VariantType.Int32,
    "ResultContent": ua.VariantType.Variant,
}


class Publisher:
    """Writes what changed."""

    def __init__(self, server: Server, nodes: StationNodes) -> None:
        self._server, self._nodes = server, nodes
        self._events: dict[str, EventGenerator] = {}
        self._written: dict[Node, Any] = {}

    async def start(self, state: VisionState) -> None:
        """Make the events and write the first state."""
        for name, kind in self._nodes.events.items():
            self._events[name] = await self._server.get_event_generator(kind, self._nodes.station)
            # The library takes a field's type from its value in the nodeset, where most have none.
            types = self._events[name].event.data_types
            for field, known in types.items():
                if known == ua.VariantType.Null:
                    types[field] = _PLAIN_FIELDS.get(field, ua.VariantType.ExtensionObject)
        await self._show(state)

    async def values(self, rows: Sequence[NodeRow], values: Mapping[str, Any]) -> None:
        """Write the nodes of `rows` whose values changed."""
        for row in rows:
            node = self._nodes.own[row]
            if row.field in values and self._written.get(node) != values[row.field]:
                self._written[node] = values[row.field]
                await node.write_value(ua.Variant(values[row.field], ua.VariantType[row.type]))

    async def transitions(self, transitions: Sequence[Transition], job: str, recipe: Any) -> None:
        """Tell that the state changed, and the events that go with it."""
        for one in transitions:
            await self._show(one.after)
            await self._fire("StateChanged", f"{_name(one.before)} to {_name(one.after)}, {one.number}")
            if one.after is VisionState.ERROR:
                await self._fire("Error", "The station fails.")
            elif one.before is VisionState.ERROR:
                await self._fire("ErrorResolved", "The station works again.")
            if one.after in EXECUTING:
                await self._fire("JobStarted", job, JobId=ua.JobIdDataType(Id=job))
            elif one.before in EXECUTING and one.after is VisionState.READY:
                await self._fire("Ready", job, JobId=ua.JobIdDataType(Id=job))
            elif one.before is VisionState.INITIALIZED and one.after is VisionState.READY:
                await self._fire("RecipePrepared", recipe.Id, InternalId=recipe)

    async def result(self, result: Any) -> None:
        """Tell a ResultDataType."""
        verdict, reason, _ = result.ResultContent
        fields = {name: getattr(result, name) for name in _RESULT_FIELDS}
        await self._fire("ResultReady", f"{verdict.Value}: {reason.Value}", **fields)

    async def _fire(self, name: str, message: str, **fields: Any) -> None:
        generator = self._events[name]
        for field, value in fields.items():
            setattr(generator.event, field, value)
        generator.event.Severity = 500 if name == "Error" else 100
        await generator.trigger(message=message)

    async def _show(self, state: VisionState) -> None:
        inside = state in OPERATIONAL
        for (name, id_, number), value in zip(
            self._nodes.states, (_OPERATIONAL if inside else int(state), int(state)), strict=True
        ):
            active = inside or (name, id_, number) == self._nodes.states[0]
            # The inner state machine has no state while the outer one is not in Operational.
            status = ua.StatusCode(ua.StatusCodes.Good if active else ua.StatusCodes.BadStateNotActive)
            values = (
                ua.Variant(ua.LocalizedText(_STATE_NAMES[value], "en") if active else ua.LocalizedText("")),
                ua.Variant(ua.NodeId(STATE_NODES[value], self._nodes.vision) if active else ua.NodeId()),
                ua.Variant(value if active else 0, ua.VariantType.UInt32),
            )
            for node, variant in zip((name, id_, number), values, strict=True):
                await node.write_value(ua.DataValue(variant, status))


def hear_writes(
    server: Server, names: Mapping[ua.NodeId, str], hear: Callable[[Mapping[str, Any]], None]
) -> None:
    """Tell what clients write to nodes, by the nodes' names: all of one request at once."""

    def written(event: Any, _: Any) -> None:
        if event.is_external:  # not this server's own
            requests = zip(event.request_params.NodesToWrite, event.response_params, strict=False)
            hear(
                {
                    names[one.NodeId]: one.Value.Value.Value
                    for one, status in requests
                    if one.NodeId in names and one.AttributeId == ua.AttributeIds.Value and status.is_good()
                }
            )

    server.subscribe_server_callback(CallbackType.PostWrite, written)


def _name(state: VisionState) -> str:
    return _STATE_NAMES[int(state)]
