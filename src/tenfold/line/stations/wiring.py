"""A station's connections, as typed values that are kept and sent as JSON. Opens nothing.

Plants, triggers and brokers are told apart by their `kind`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from tenfold.errors import LineError
from tenfold.line.belt import Gate

# Plants that ask for each verdict by the handshake; they move their parts themselves.
ASKING = ("modbus-server", "opcua-server")
TriggerKind = Literal["plant", "encoder", "crossing", "mqtt", "hand"]


@dataclass(frozen=True)
class Trigger:
    """What triggers a part.

    Attributes:
        kind: plant: its photo-eye, by its count of triggers; encoder: every `counts`; crossing: something
            reaches `line` in the picture; mqtt: a message to `topic`; hand: a person or a program.
        line: x and y of both ends, in parts of the picture.
        gate_topic: messages to it say that a part is at the second photo-eye, before the gate; "": the PLC
            says so.
    """

    kind: TriggerKind = "plant"
    counts: int = 0
    line: tuple[tuple[float, float], tuple[float, float]] | None = None
    topic: str = ""
    gate_topic: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(TriggerKind):
            raise LineError(
                f"The trigger {self.kind}",
                "is not known",
                cure=f"Take of: {', '.join(get_args(TriggerKind))}.",
                reason="wiring",
            )
        for kind, missing, what in (
            ("encoder", self.counts < 1, "the encoder's counts from part to part"),
            ("crossing", self.line is None or self.line[0] == self.line[1], "a line in the picture"),
            ("mqtt", not self.topic, "an MQTT topic"),
        ):
            if self.kind == kind and missing:
                raise LineError(
                    f"The trigger {kind}", f"needs {what}", cure="Name it.", reason="trigger-incomplete"
                )

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Trigger":
        """As it was kept."""
        line = kept.get("line")
        ends = None if line is None else ((line[0][0], line[0][1]), (line[1][0], line[1][1]))
        return cls(
            kept["kind"], kept.get("counts", 0), ends, kept.get("topic", ""), kept.get("gate_topic", "")
        )


def check(plant: Mapping[str, Any], trigger: Trigger, gate: Gate, broker: Mapping[str, Any] | None) -> None:
    """Raise LineError where these do not go together."""
    if trigger.kind in ("plant", "encoder") and plant["kind"] == "none":
        raise LineError(
            f"The trigger {trigger.kind}",
            "needs a PLC",
            received="a station without one",
            cure="Name its PLC.",
            reason="trigger-needs-plc",
        )
    if plant["kind"] in ASKING and trigger.kind != "plant":
        raise LineError(
            f"The trigger {trigger.kind}",
            "does not go with a plant that asks for each verdict",
            received=plant["kind"],
            cure="Take the trigger plant.",
            reason="trigger-of-plant",
        )
    if (trigger.kind == "mqtt" or trigger.gate_topic) and broker is None:
        raise LineError(
            "The trigger mqtt" if trigger.kind == "mqtt" else "The second photo-eye",
            "needs an MQTT broker",
            cure="Name its host.",
            reason="trigger-needs-broker",
        )
    if not 0 <= gate.window <= gate.distance:
        raise LineError(
            "The gate",
            "cannot stand there",
            received=f"at {gate.distance}, from {gate.window} before",
            cure="The window is at most the distance from the trigger.",
            reason="gate-place",
        )
    _check_eye(plant, trigger, gate)


def _check_eye(plant: Mapping[str, Any], trigger: Trigger, gate: Gate) -> None:
    if not gate.eye:
        if trigger.gate_topic:
            raise LineError(
                "The second photo-eye",
                "has no place",
                received=f"messages to {trigger.gate_topic}",
                cure="Say how many counts it is from the trigger: eye=2600.",
                reason="eye-place",
            )
        return
    if plant["kind"] == "none" or plant["kind"] in ASKING or trigger.kind == "encoder":
        raise LineError(
            "The second photo-eye",
            "needs a PLC whose gate the station moves, and a trigger that tells of each part",
            received=f"the plant {plant['kind']}, the trigger {trigger.kind}",
            cure="Leave it out.",
            reason="eye-needs",
        )
    if plant["kind"] == "opcua" and not trigger.gate_topic and "gate_parts" not in plant["reads"]:
        raise LineError(
            "The second photo-eye",
            "has no node",
            cure="Name the nodes gate_parts and gate_counts, or an MQTT topic.",
            reason="nodes",
        )
    if gate.slack < 1 or gate.eye > gate.last_eye:
        raise LineError(
            "The second photo-eye",
            "cannot stand there",
            received=f"at {gate.eye}, where a part may be {gate.slack} off",
            cure=f"Name a slack, and a place from 1 to {gate.last_eye}: the window and twice the slack before"
            " the gate, so that it is known who comes before the part is there.",
            reason="eye-place",
        )


def plain(value: Any) -> dict[str, Any]:
    """A value of this module as it is kept."""
    return asdict(value)
