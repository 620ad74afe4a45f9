"""The nodes of a station in an OPC UA server: a vision system of OPC 40100-1, and those of `nodes.py`.

The nodeset beside this file is the OPC Foundation's, under the MIT licence; its licence stands at its head.
"""

import lzma
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from importlib.resources import files

from asyncua import Node, Server, ua
from asyncua.common.manage_nodes import delete_nodes

from tenfold.line.plc.opcua.nodes import (
    HANDSHAKE_CONTROL,
    HANDSHAKE_STATUS,
    MACHINE_VISION,
    NAMESPACE,
    SIGNALS,
    STATION,
    NodeRow,
)

_VISION_SYSTEM = 1003
EVENTS = {
    "StateChanged": 1018, "Error": 1019, "ErrorResolved": 1020, "RecipePrepared": 1022, "Ready": 1023,
    "ResultReady": 1024, "JobStarted": 1013,
}  # fmt: skip
# States by their nodes in the types, for `Id` of CurrentState; 4 is Operational.
STATE_NODES = {1: 5028, 2: 5029, 3: 5030, 4: 5031, 5: 5056, 6: 5057, 7: 5058, 8: 5059}
# Types of ids that add nothing to their base, which the nodeset therefore does not define.
_BASE_ID, _DERIVED_IDS = 3019, (3002, 3008, 3013)
# What the model knows and a station has not: files, products, configurations, safety, steps in a state.
_LEFT_OUT = (
    "ConfigurationManagement", "SafetyStateManagement", "DiagnosticLevel", "SystemState", "RecipeTransfer",
    "ResultTransfer", "Products", "ErrorStepModel", "HaltedStepModel", "PreoperationalStepModel",
    "InitializedStepModel", "ReadyStepModel", "SingleExecutionStepModel", "ContinuousExecutionStepModel",
    "ConfirmAll",
)  # fmt: skip


@dataclass(frozen=True)
class StationNodes:
    """Nodes that a server writes.

    Attributes:
        vision: namespace index of OPC 40100-1.
        methods: by name.
        own: by their row.
        states: CurrentState of the outer and of the inner state machine, each with `Id` and `Number`.
        events: types of events.
    """

    station: Node
    vision: int
    methods: Mapping[str, Node]
    own: Mapping[NodeRow, Node]
    states: tuple[tuple[Node, Node, Node], tuple[Node, Node, Node]]
    events: Mapping[str, Node]


def nodeset() -> str:
    """The OPC Foundation's nodeset of OPC 40100-1, as XML."""
    packed = files("tenfold.line.plc.opcua").joinpath("machine_vision.xml.xz").read_bytes()
    return lzma.decompress(packed).decode()


async def build(server: Server, name: str, *, handshake: bool) -> StationNodes:
    """Make the nodes of a station called `name`.

    Args:
        handshake: whether there are nodes for a handshake.
    """
    await server.import_xml(xmlstring=nodeset())
    own, vision = await server.register_namespace(NAMESPACE), await server.get_namespace_index(MACHINE_VISION)
    for number in _DERIVED_IDS:
        await _define(
            server.get_node(ua.NodeId(number, vision)), server.get_node(ua.NodeId(_BASE_ID, vision))
        )
    await server.load_data_type_definitions()
    station = await server.nodes.objects.add_object(
        ua.NodeId(STATION, own), ua.QualifiedName(name, own), objecttype=ua.NodeId(_VISION_SYSTEM, vision)
    )
    methods: dict[str, Node] = {}
    await _tidy(server, station, methods)
    rows = (*SIGNALS, *(HANDSHAKE_STATUS + HANDSHAKE_CONTROL if handshake else ()))
    folders = {row.folder: row for row in rows}
    made = {
        folder: await station.add_folder(ua.NodeId(folder, own), ua.QualifiedName(folder, own))
        for folder in folders
    }
    return StationNodes(
        station=station,
        vision=vision,
        methods=methods,
        own={row: await _variable(made[row.folder], row, own) for row in rows},
        states=(
            await _current_state(station, vision, "VisionStateMachine"),
            await _current_state(station, vision, "VisionStateMachine", "AutomaticModeStateMachine"),
        ),
        events={name: server.get_node(ua.NodeId(number, vision)) for name, number in EVENTS.items()},
    )


async def _tidy(server: Server, parent: Node, methods: dict[str, Node]) -> None:
    """Take out what a station has not, and find its methods."""
    for found in await parent.get_children_descriptions():
        child, name = server.get_node(found.NodeId), found.BrowseName.Name
        if name in _LEFT_OUT:
            # Only their parent refers to them: a look through all nodes of the server takes a second.
            await parent.delete_reference(child, found.ReferenceTypeId)
            await delete_nodes(
                server.iserver.isession, [child], recursive=True, delete_target_references=False
            )
        elif found.NodeClass == ua.NodeClass.Method:
            methods[str(name)] = child
        elif found.NodeClass == ua.NodeClass.Object:
            await _tidy(server, child, methods)


async def _define(derived: Node, base: Node) -> None:
    """Let clients that ask for a type's definition, as those of OPC UA 1.04 do, find its base's fields."""
    definition = copy(await base.read_data_type_definition())
    (encoding,) = [
        node
        for node in await derived.get_referenced_nodes(ua.ObjectIds.HasEncoding)
        if (await node.read_browse_name()).Name == "Default Binary"
    ]
    definition.BaseDataType, definition.DefaultEncodingId = base.nodeid, encoding.nodeid
    await derived.write_attribute(ua.AttributeIds.DataTypeDefinition, ua.DataValue(ua.Variant(definition)))


async def _variable(folder: Node, row: NodeRow, own: int) -> Node:
    kind = ua.VariantType[row.type]
    zero = {"Boolean": False, "String": ""}.get(row.type, 0)
    node = await folder.add_variable(
        ua.NodeId(row.id, own), ua.QualifiedName(row.name, own), zero, varianttype=kind
    )
    await node.write_attribute(
        ua.AttributeIds.Description, ua.DataValue(ua.Variant(ua.LocalizedText(row.says)))
    )
    if row.written:
        await node.set_writable()
    return node


async def _current_state(station: Node, vision: int, *path: str) -> tuple[Node, Node, Node]:
    state = await station.get_child([f"{vision}:{name}" for name in path] + ["0:CurrentState"])
    number = await state.add_property(
        ua.NodeId(f"{state.nodeid.Identifier}.Number", state.nodeid.NamespaceIndex),
        ua.QualifiedName("Number"),
        0,
        varianttype=ua.VariantType.UInt32,
    )
    return state, await state.get_child(["0:Id"]), number
