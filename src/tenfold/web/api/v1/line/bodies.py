"""What requests and answers about stations hold. Knows no route."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from tenfold.line.parts import Reason
from tenfold.web.answers import Answer
from tenfold.web.api.v1.cameras.cameras import PLAIN
from tenfold.web.api.v1.line.recipes import Box, Name
from tenfold.web.api.v1.line.wires import (
    MOST_OUTPUTS,
    BrokerBody,
    BrokerRequest,
    Counts,
    OutputBody,
    OutputRequest,
    PlantBody,
    PlantRequest,
    Port,
    StationPart,
    TriggerBody,
    VerdictName,
)
from tenfold.web.problems import Problem
from tenfold.web.security.confirmation import ConfirmedRequest


class GateBody(StationPart):
    """Where the gate is, from the trigger: in counts of the encoder, in milliseconds where there is none."""

    distance: Counts = 1000
    window: Counts = Field(
        400, description="How long before and after that moment a part may be at the gate."
    )
    sensor: Counts = Field(0, description="Where rejected parts are seen; 0: there is no sensor.")
    slack: Counts = Field(0, description="How far from a sensor or photo-eye a part may be seen.")
    eye: Counts = Field(
        0,
        description="Where a second photo-eye sees all parts, by the window and twice the slack before the"
        " gate at least; 0: there is none.",
    )


class ChallengeBody(StationPart):
    """Golden parts that have to be run before a station releases any."""

    good: int = Field(1, ge=0, le=100)
    bad: int = Field(1, ge=1, le=100)
    hours: float = Field(8.0, gt=0, le=744, description="For how long it holds.")


class StationValues(BaseModel):
    """How a station works; what is left out stays."""

    snapshot: bool | None = Field(
        None, description="The camera is asked for a picture of each part (HTTP), instead of watched."
    )
    plant: PlantRequest | None = None
    trigger: TriggerBody | None = None
    gate: GateBody | None = None
    broker: BrokerRequest | None = None
    outputs: list[OutputRequest] | None = Field(
        None, max_length=MOST_OUTPUTS, description="All outputs besides the plant and the broker."
    )
    region: Box | None = None
    locate: bool | None = Field(
        None, description="The part is found in the region by the belt's colour; else the region is the part."
    )
    deadline: float | None = Field(None, gt=0.005, le=60, description="Seconds from trigger to release.")
    picture_within: float | None = Field(None, gt=0, le=60, description="Seconds from trigger to picture.")
    recipe_id: int | None = Field(None, ge=1, description="What is made now, where the plant does not say.")
    first_parts: int | None = Field(
        None, ge=0, le=1000, description="How many parts after a change of recipe wait for approval."
    )
    challenge: ChallengeBody | None = None


class StationRequest(StationValues, ConfirmedRequest):
    name: Name
    source: str = Field(
        min_length=1,
        max_length=2000,
        pattern=PLAIN,
        description="The camera's address, or camera:NAME, one of the list of cameras by name or number.",
    )
    user: str = Field("", max_length=200, pattern=PLAIN)
    password: str = Field("", max_length=500, pattern=PLAIN)
    untested: bool = Field(False, description="Add it though its camera was not tried: it may be off now.")


class PlcReading(BaseModel):
    """A PLC that answers Modbus TCP, and how it is assumed to count."""

    host: str = Field(min_length=1, max_length=253, pattern=PLAIN)
    port: Port | None = None
    inputs: int | None = Field(None, ge=0, le=65535, description="The first register that a station reads.")
    base: Literal[0, 1] | None = Field(None, description="What the first register of all is called.")
    device: int | None = Field(None, ge=0, le=255, description="The unit id.")


class RegisterAnswer(BaseModel):
    """What is stored where a station looks for a value."""

    name: str = Field(description="Of the value, as in the documentation.")
    address: int = Field(description="Of its first register, on the wire, from 0.")
    registers: int = Field(description="How many it takes: 1 or 2.")
    high_first: int = Field(description="The value, where the high word of two comes first.")
    low_first: int


class CameraTrial(BaseModel):
    """A camera that a station is to look through."""

    source: str = Field(min_length=1, max_length=2000, pattern=PLAIN, description="As of a station.")
    user: str = Field("", max_length=200, pattern=PLAIN)
    password: str = Field("", max_length=500, pattern=PLAIN)
    snapshot: bool = Field(False, description="It is asked for a picture of each part.")
    station: int | None = Field(
        None,
        ge=1,
        le=2**63 - 1,
        description="Where the source is this station's and no user is named: with the login it has.",
    )


class StationChange(StationValues, ConfirmedRequest):
    name: Name | None = None
    source: str | None = Field(None, min_length=1, max_length=2000, pattern=PLAIN)
    user: str | None = Field(None, max_length=200, pattern=PLAIN)
    password: str | None = Field(None, max_length=500, pattern=PLAIN)
    untested: bool = Field(False, description="A new camera is not tried: it may be off now.")
    no_broker: bool = Field(False, description="There is no broker any more.")
    no_challenge: bool = Field(False, description="No challenge parts are needed any more.")


class LastVerdict(BaseModel):
    """The verdict on the last part."""

    part: int
    at: datetime
    verdict: VerdictName
    reason: Reason


class StationState(BaseModel):
    """The state of a station."""

    phase: Literal["paused", "off", "starting", "fault", "held", "ready"] = Field(
        description="off: no process runs it. fault: all parts are rejected. held: parts are judged, and none"
        " is released. Only `ready` releases parts."
    )
    faults: list[Reason] = Field(description="What fails now, as codes.")
    holds: list[Reason] = Field(description="recipe, challenge, first-parts.")
    alarm: Reason | Literal[""] = Field(description='As the plant is told; "": none.')
    recipe: list[int] = Field(description="Number for the plant and version of the recipe in use.")
    deadline: float | None = Field(
        description="Seconds from trigger to release that hold now: the recipe's where it has its own, else"
        " the station's. Null: no recipe is in use."
    )
    asked: int = Field(description="The recipe that the plant asks for; 0: it does not say.")
    problem: Problem | None = Field(
        description="Why there is no recipe, or no process; null: nothing is wrong."
    )
    passed: int = Field(description="Released since the station started.")
    rejected: int
    last: LastVerdict | None = Field(description="Null: none since it started.")
    outputs: list[Problem] = Field(description="What does not reach its receiver.")
    first_parts: int = Field(description="How many first parts are still to be judged; the last one waits.")
    challenge: list[bool | None] = Field(description="Of a challenge that runs, whether each part was right.")
    refused: Problem | None = Field(description="Why the last wish was refused; null: it was not.")


class StationAnswer(Answer):
    """A station of a line."""

    id: int
    name: str
    address: str = Field(
        description="Of the camera, without user and password; camera:NAME of one of the list of cameras."
    )
    user: bool = Field(description="Whether the camera is opened with a user.")
    snapshot: bool
    plant: PlantBody
    trigger: TriggerBody
    gate: GateBody
    broker: BrokerBody | None
    outputs: list[OutputBody]
    region: list[float]
    locate: bool
    deadline: float
    picture_within: float
    recipe_id: int | None
    first_parts: int
    challenge: ChallengeBody | None
    added_at: datetime
    state: StationState


class ChangeoverRequest(BaseModel):
    """What is made from now on: by the recipe's id, or by its barcode."""

    recipe_id: int | None = Field(None, ge=1, le=2**63 - 1)
    barcode: str | None = Field(None, min_length=1, max_length=100, pattern=PLAIN)


class ChallengeRequest(BaseModel):
    expected: list[Literal["good", "bad"]] = Field(
        min_length=1, max_length=200, description="What the next parts are, in order."
    )
    by: str = Field("", max_length=100, pattern=PLAIN, description="Your name, where nobody signs in.")


class RefusalRequest(BaseModel):
    reason: str = Field(min_length=1, max_length=500, pattern=PLAIN)
    by: str = Field("", max_length=100, pattern=PLAIN, description="Your name, where nobody signs in.")


class ByRequest(BaseModel):
    by: str = Field("", max_length=100, pattern=PLAIN, description="Your name, where nobody signs in.")
