"""/api/v1/rules: which events of cameras are sent to which destinations. For administrators."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from tenfold.cameras.rules import text as rule_text
from tenfold.cameras.rules.evaluate import Rule, replay
from tenfold.cameras.rules.kept import sightings
from tenfold.cameras.rules.tables import RuleRow
from tenfold.web.answers import Answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator
from tenfold.web.service import TheApp
from tenfold.workflows.tell import local

router = APIRouter(prefix="/api/v1/rules", tags=["rules"])

RuleId = Annotated[int, Path(alias="id", ge=1, le=2**63 - 1, description="The rule's id.")]
Part = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(max_length=100)]
_SECONDS_OF_A_DAY = 86400.0
_GONE = responses(_404="There is no such rule.")
_USABLE = responses(_400="Conditions do not fit together.")


class Conditions(BaseModel):
    """All of them have to be met; an empty one requires nothing."""

    cameras: list[int] = Field([], max_length=1000, description="Numbers of cameras.")
    classes: list[Name] = Field([], max_length=1000)
    zones: list[Name] = Field([], max_length=100)
    confidence: Part = 0.0
    begin: str | None = Field(None, max_length=5, description="HH:MM, by the server's clock.")
    end: str | None = Field(None, max_length=5, description="HH:MM; before `begin`: on the next day.")
    days: list[Annotated[int, Field(ge=0, le=6)]] = Field([], max_length=7, description="0: Monday.")
    dwell: float = Field(0.0, ge=0, le=7 * 86400, description="Seconds that it was there.")
    line: list[Part] | None = Field(
        None, min_length=4, max_length=4, description="x, y, x, y, in parts of the picture."
    )
    direction: Literal["any", "left", "right"] = Field(
        "any", description="To which side of the line it goes, seen from its first point to its second."
    )
    count: int = Field(1, ge=1, le=1000, description="This many events within `within`.")
    within: float = Field(60.0, gt=0, le=7 * 86400, description="Seconds.")
    cool_down: float = Field(0.0, ge=0, le=7 * 86400, description="Seconds without another message.")


class KeptConditions(Conditions):
    """The conditions of a rule that is kept: each is there."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class RuleRequest(BaseModel):
    name: str = Field(max_length=1000)
    conditions: Conditions
    destinations: list[int] = Field([], max_length=100, description="Who is told.")
    record: bool = Field(
        False, description="A clip is recorded, also of a camera that records nothing otherwise."
    )


class RuleChangeRequest(BaseModel):
    """What is to change; what is left out or null stays."""

    name: str | None = Field(None, max_length=1000)
    enabled: bool | None = None
    conditions: Conditions | None = None
    destinations: list[int] | None = Field(None, max_length=100)
    record: bool | None = None


class RuleAnswer(Answer):
    """A rule."""

    id: int
    name: str
    enabled: bool
    conditions: KeptConditions
    destinations: list[int]
    record: bool = Field(description="A clip is recorded of what it fires for.")
    told_at: datetime | None = Field(description="When it last fired.")
    added_at: datetime


class FiredAnswer(Answer):
    """An event for which a rule would have sent a message."""

    id: int = Field(description="The event's.")
    camera: int
    label: str = Field(description="Its class; empty: none of the model's.")
    confidence: float
    zones: list[str]
    start: datetime
    end: datetime


class RuleTestAnswer(BaseModel):
    """What a rule would have done in the last day."""

    events: int = Field(description="How many events there were.")
    fired: list[FiredAnswer] = Field(description="For which it would have sent a message; newest first.")


@router.get("", summary="The rules")
def rules(app: TheApp, who: Administrator) -> list[RuleAnswer]:
    """In the order in which they were added."""
    return [_answer(row) for row in app.rules.all()]


@router.post("", summary="Add a rule", status_code=201, responses=_USABLE)
def add_rule(app: TheApp, who: Administrator, asked: RuleRequest) -> RuleAnswer:
    """It holds for events from now on."""
    rule = _rule(asked.conditions)
    row = app.rules.add(asked.name, rule, asked.destinations, record=asked.record, by=who.id)
    app.audit.note(who.id, "rule.add", row.name, {"conditions": row.conditions}, address=who.address)
    return _answer(row)


@router.post("/test", summary="Try a rule on the last day", responses=_USABLE)
def try_rule(app: TheApp, who: Administrator, asked: Conditions) -> RuleTestAnswer:
    """On the events that are kept, in their order; nothing is sent. The rule need not be saved."""
    rule = _rule(asked)
    events = sightings(app.camera_events.recent(_SECONDS_OF_A_DAY), app.cameras.all(removed=True))
    fired = replay(rule, events, local)
    return RuleTestAnswer(events=len(events), fired=[FiredAnswer.of(one) for one in reversed(fired)])


@router.patch("/{id}", summary="Change a rule", responses=_GONE | _USABLE)
def change_rule(app: TheApp, who: Administrator, number: RuleId, asked: RuleChangeRequest) -> RuleAnswer:
    """With new conditions it forgets what it counted, and its cool-down."""
    rule = _rule(asked.conditions) if asked.conditions else None
    row = app.rules.change(
        number, name=asked.name, enabled=asked.enabled, rule=rule, destinations=asked.destinations,
        record=asked.record,
    )  # fmt: skip
    changed = sorted(asked.model_dump(exclude_none=True))
    app.audit.note(who.id, "rule.change", row.name, {"changed": changed}, address=who.address)
    return _answer(row)


@router.delete("/{id}", summary="Remove a rule", status_code=204, responses=_GONE)
def remove_rule(app: TheApp, who: Administrator, number: RuleId) -> None:
    """What it has put into the outbox is still sent."""
    row = app.rules.remove(number)
    app.audit.note(who.id, "rule.remove", row.name, {}, address=who.address)


def _rule(conditions: Conditions) -> Rule:
    return rule_text.from_json(conditions.model_dump())


def _answer(row: RuleRow) -> RuleAnswer:
    return RuleAnswer.of(row, conditions=KeptConditions.model_validate(row.conditions))
