"""/api/v1/destinations: where messages are sent, and what became of them. For administrators."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from tenfold.outbox.kinds import shown
from tenfold.outbox.tables import DestinationRow, MessageRow
from tenfold.web.answers import Answer
from tenfold.web.problems import Problem, remembered, responses
from tenfold.web.security.access import Administrator
from tenfold.web.service import TheApp

router = APIRouter(prefix="/api/v1/destinations", tags=["destinations"])

Kind = Literal["webhook", "mqtt", "apprise", "page"]
State = Literal["waiting", "sent", "dead"]
DestinationId = Annotated[int, Path(alias="id", ge=1, le=2**63 - 1, description="The destination's id.")]
MessageId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The message's id.")]
_GONE = responses(_404="There is no such destination or message.")


class DestinationSettings(BaseModel):
    """What a destination needs to know; each kind takes its own."""

    url: str = Field(
        "", max_length=2000, description="webhook: http(s)://...; apprise: as apprise writes it. Never shown."
    )
    secret: str = Field(
        "", max_length=500, description="webhook: what signs each request; empty: a new one, shown once."
    )
    local: bool = Field(
        False, description="webhook: the receiver may be on this machine or in its private network."
    )
    host: str = Field("", max_length=255, description="mqtt: the broker.")
    port: int | None = Field(None, ge=1, le=65535, description="mqtt: null: the usual one.")
    tls: bool = Field(False, description="mqtt")
    user: str = Field("", max_length=500, description="mqtt")
    password: str = Field("", max_length=500, description="mqtt. Never shown.")
    prefix: str = Field("tenfold", max_length=100, description="mqtt: what its topics begin with.")
    discovery: str = Field(
        "homeassistant", max_length=100, description="mqtt: Home Assistant's prefix; empty: not announced."
    )


class NewDestinationRequest(BaseModel):
    name: str = Field(max_length=1000)
    kind: Kind = Field(description="page: browsers that have the page open.")
    settings: DestinationSettings


class DestinationChangeRequest(BaseModel):
    """What is to change; what is left out or null stays."""

    name: str | None = Field(None, max_length=1000)
    enabled: bool | None = Field(None, description="False: messages wait.")
    settings: DestinationSettings | None = Field(
        None, description="All of them: an old secret is not sent to a new address."
    )


class DestinationAnswer(Answer):
    """A destination without its secrets."""

    id: int
    name: str
    kind: Kind
    address: str = Field(description="What may be shown of where it is; empty for the page.")
    enabled: bool
    added_at: datetime
    sent_at: datetime | None = Field(description="When it last received something.")
    problem: Problem | None = Field(description="Why the last attempt failed; null after a success.")
    problem_at: datetime | None
    waiting: int
    dead: int = Field(description="Messages that were given up, and can be tried again.")
    dropped: int = Field(description="Dead letters that were removed because there were too many.")


class NewDestinationAnswer(DestinationAnswer):
    secret: str = Field(description="What signs a webhook's requests, shown only once; else empty.")


class MessageAnswer(Answer):
    """A message to one destination."""

    id: int
    key: str = Field(description="The id that its receiver gets.")
    title: str
    text: str
    at: datetime
    state: State
    attempts: int
    next_at: datetime | None = Field(description="When it is tried again.")
    ended_at: datetime | None
    problem: Problem | None


class ChangedMessages(BaseModel):
    count: int = Field(description="How many messages.")


@router.get("", summary="Where messages are sent")
def destinations(app: TheApp, who: Administrator) -> list[DestinationAnswer]:
    """In the order in which they were added."""
    outbox = app.outbox
    counts = outbox.counts()
    return [_answer(row, counts.get(row.id, {})) for row in outbox.destinations()]


@router.post(
    "",
    summary="Add a destination",
    status_code=201,
    responses=responses(_501="What this kind needs is not installed."),
)
def add_destination(app: TheApp, who: Administrator, asked: NewDestinationRequest) -> NewDestinationAnswer:
    """Send it a message with `POST /destinations/{id}/test`. Secrets are in no answer but this one."""
    row = app.outbox.add(asked.name, asked.kind, asked.settings.model_dump())
    app.audit.note(who.id, "destination.add", row.name, {"kind": row.kind}, address=who.address)
    return NewDestinationAnswer(**_answer(row, {}).model_dump(), secret=row.settings.get("secret", ""))


@router.patch("/{id}", summary="Change a destination", responses=_GONE)
def change_destination(
    app: TheApp, who: Administrator, number: DestinationId, asked: DestinationChangeRequest
) -> NewDestinationAnswer:
    """What waits is sent to the new address."""
    settings = asked.settings.model_dump() if asked.settings else None
    row = app.outbox.change(number, name=asked.name, enabled=asked.enabled, settings=settings)
    fields = sorted(asked.model_dump(exclude_none=True))
    app.audit.note(who.id, "destination.change", row.name, {"changed": fields}, address=who.address)
    secret = row.settings.get("secret", "") if settings else ""
    answer = _answer(row, app.outbox.counts().get(number, {}))
    return NewDestinationAnswer(**answer.model_dump(), secret=secret)


@router.delete("/{id}", summary="Remove a destination", status_code=204, responses=_GONE)
def remove_destination(app: TheApp, who: Administrator, number: DestinationId) -> None:
    """Its messages go with it."""
    row = app.outbox.remove(number)
    app.audit.note(who.id, "destination.remove", row.name, {}, address=who.address)


@router.post("/{id}/test", summary="Send a message to try a destination", status_code=202, responses=_GONE)
def try_destination(app: TheApp, who: Administrator, number: DestinationId) -> MessageAnswer:
    """It is sent as every message is; `GET /destinations/{id}/messages/{message_id}` tells the result."""
    row = app.outbox.try_out(number, "tenfold", "This is a test: messages arrive here.")
    return _message(row)


@router.get("/{id}/messages", summary="A destination's messages", responses=_GONE)
def messages(
    app: TheApp,
    who: Administrator,
    number: DestinationId,
    state: State | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[MessageAnswer]:
    """The newest first. `state=dead`: those that were given up."""
    outbox = app.outbox
    outbox.destination(number)
    return [_message(row) for row in outbox.messages(number, state, before=before, limit=limit)]


@router.get("/{id}/messages/{message_id}", summary="One message", responses=_GONE)
def message(app: TheApp, who: Administrator, number: DestinationId, message_id: MessageId) -> MessageAnswer:
    """What became of it."""
    return _message(app.outbox.message(number, message_id))


@router.post("/{id}/retry", summary="Try dead letters again", responses=_GONE)
def retry_messages(
    app: TheApp,
    who: Administrator,
    number: DestinationId,
    message_id: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Null: all.")] = None,
) -> ChangedMessages:
    """They wait again, in their old order."""
    outbox = app.outbox
    outbox.destination(number)
    return ChangedMessages(count=outbox.retry(number, message_id))


@router.delete("/{id}/messages", summary="Remove dead letters", responses=_GONE)
def discard_messages(
    app: TheApp,
    who: Administrator,
    number: DestinationId,
    message_id: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Null: all.")] = None,
) -> ChangedMessages:
    """Those that wait or were received stay."""
    outbox = app.outbox
    outbox.destination(number)
    return ChangedMessages(count=outbox.discard(number, message_id))


def _answer(row: DestinationRow, counts: dict[str, int]) -> DestinationAnswer:
    return DestinationAnswer.of(
        row,
        address=shown(row.kind, row.settings),
        problem=remembered(row.problem),
        waiting=counts.get("waiting", 0),
        dead=counts.get("dead", 0),
    )


def _message(row: MessageRow) -> MessageAnswer:
    title, text = row.fields["title"], row.fields["text"]
    return MessageAnswer.of(row, title=title, text=text, problem=remembered(row.problem))
