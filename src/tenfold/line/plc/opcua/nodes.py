"""The nodes of a station beside those of OPC 40100-1, as a table. Knows no server."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from tenfold.line.plc.signals import LIGHT_SAYS

# Of OPC UA's built-in types.
Type: TypeAlias = Literal["Boolean", "UInt16", "UInt32", "String"]

NAMESPACE = "urn:tenfold:line"
MACHINE_VISION = "http://opcfoundation.org/UA/MachineVision"
STATION = "Station"


@dataclass(frozen=True)
class NodeRow:
    """A variable; its node id is a string in `NAMESPACE`: the folder, a dot, the name.

    Attributes:
        field: what it holds: an attribute of what the station tells or the plant says.
        written: whether the plant writes it.
    """

    folder: str
    name: str
    field: str
    type: Type
    says: str
    written: bool = False

    @property
    def id(self) -> str:
        """The string of the node id."""
        return f"{self.folder}.{self.name}"


def _told(name: str, field: str, kind: Type, says: str) -> NodeRow:
    return NodeRow("Signals", name, field, kind, says)


def _shown(name: str, field: str, kind: Type, says: str) -> NodeRow:
    return NodeRow("Handshake", name, field, kind, says)


def _heard(name: str, field: str, kind: Type, says: str) -> NodeRow:
    return NodeRow("Handshake", name, field, kind, says, written=True)


SIGNALS = (
    _told("State", "state", "UInt16", "0 stopped, 1 ready, 2 fault, 3 halted by the plant"),
    _told("Alarm", "alarm", "UInt16", "0: none"),
    _told("Recipe", "recipe", "UInt16", "recipe in use"),
    _told("Passed", "passed", "UInt32", "parts released since the station started"),
    _told("Rejected", "rejected", "UInt32", "parts not released"),
    _told("Light", "light", "UInt16", LIGHT_SAYS),
    _told("Heartbeat", "heartbeat", "UInt16", "changes at least every 200 ms"),
    _told("LastPart", "part", "UInt32", "the plant's number of the part that was judged last"),
    _told("LastVerdict", "verdict", "UInt16", "its verdict: 1 pass, 2 reject, 3 divert"),
    _told("LastReason", "reason", "UInt16", "its reason"),
)
HANDSHAKE_STATUS = (
    _shown("Ready", "ready", "Boolean", "a trigger would be taken"),
    _shown("TriggerAck", "trigger_ack", "Boolean", "the trigger was taken; falls with it"),
    _shown("Acquiring", "acquiring", "Boolean", "a picture is still to be taken"),
    _shown("Valid", "valid", "Boolean", "there is a result; held until ResultAck rises"),
    _shown("Full", "full", "Boolean", "eight parts wait for a verdict or an acknowledgement"),
    _shown("Triggers", "triggers", "UInt32", "triggers that were taken"),
    _shown("Missed", "missed", "UInt32", "triggers that came while Ready was false"),
    _shown("Waiting", "waiting", "UInt16", "parts that wait for a verdict or an acknowledgement"),
    _shown("ResultNumber", "number", "UInt32", "number of the trigger; 0 while Valid is false"),
    _shown("ResultPartId", "part_id", "UInt32", "the part's id, as the plant gave it"),
    _shown("ResultVerdict", "verdict", "UInt16", "1 pass, 2 reject, 3 divert"),
    _shown("ResultReason", "reason", "UInt16", "a code of the table of reasons"),
)
HANDSHAKE_CONTROL = (
    _heard("Enable", "enable", "Boolean", "triggers are going to come"),
    _heard("Trigger", "trigger", "Boolean", "a part is before the camera; held until TriggerAck"),
    _heard("ResultAck", "result_ack", "Boolean", "the result was taken; held until Valid falls"),
    _heard("PartId", "part_id", "UInt32", "the plant's id for the part; written before Trigger"),
    _heard("PlantHeartbeat", "heartbeat", "UInt16", "changes at least every 200 ms"),
    _heard("RecipeAskedFor", "recipe", "UInt16", "0: the plant does not say"),
    _heard("Order", "order", "UInt32", "number of the order; 0: the plant does not say"),
    _heard("Batch", "batch", "UInt32", "number of the batch"),
    _heard("Shift", "shift", "UInt16", "number of the shift"),
)
