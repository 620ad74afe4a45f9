"""/api/v1/camera-events and /api/v1/clips: what was seen before cameras, and what was recorded of it."""

from datetime import datetime
from io import SEEK_END
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response, StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from tenfold.cameras.events import EventFilter
from tenfold.cameras.tables import EventRow
from tenfold.errors import UnknownCameraEvent
from tenfold.storage import read_if_there
from tenfold.table_files import as_csv, as_parquet
from tenfold.web.answers import Answer
from tenfold.web.api.v1.cameras.cameras import ClassName
from tenfold.web.problems import responses
from tenfold.web.security.access import Operator, Viewer
from tenfold.web.sending import KEEP_AND_ASK, export_response, part_response
from tenfold.web.service import TheApp, service_of
from tenfold.web.uploads import pictures as uploads
from tenfold.workflows.watch_cameras.export import COLUMNS, event_parts

router = APIRouter(prefix="/api/v1", tags=["cameras"])

Number = Annotated[int, InPath(ge=1, le=2**63 - 1, description="The event's number.")]
_CSV, _PARQUET, _MP4 = "text/csv", "application/vnd.apache.parquet", "video/mp4"
_NONE = responses(_404="There is no such event.")
_MOST_AT_ONCE, _MOST_CHANGED = 500, 5000


class EventAnswer(Answer):
    """Something that moved before a camera."""

    id: int
    camera_id: int
    state: Literal["open", "ended", "cut"] = Field(description="cut: nobody watched its end.")
    started_at: datetime
    ended_at: datetime = Field(description="While it is open: when it was last written.")
    label: str = Field(description='What the model says; "": none of its classes.')
    corrected_label: str | None = Field(description="What a person said.")
    confidence: float
    model: str = Field(description='The name of the model that said it; "": not known.')
    zones: list[str]
    box: list[float] = Field(description="x, y, width and height of the best look, in pixels.")
    width: int = Field(description="Of the camera's picture.")
    height: int
    entry_id: int | None = Field(description="The picture's entry in the catalogue.")
    clip_id: int | None
    acknowledged_at: datetime | None
    acknowledged_by: int | None


class EventDetails(EventAnswer):
    """An event with its path."""

    path: list[list[float]] = Field(
        description="Seconds since the start, x, y, width and height of each look."
    )


class HourAnswer(Answer):
    hour: datetime
    label: str
    count: int


class ClipAnswer(Answer):
    """A recorded file of video."""

    id: int
    camera_id: int
    kind: Literal["events", "continuous"]
    state: Literal["writing", "whole"]
    started_at: datetime
    ended_at: datetime
    bytes: int


class DeletionAnswer(Answer):
    """Clips that were deleted in one go."""

    at: datetime
    camera_id: int
    reason: Literal["age", "size", "disk"] = Field(description="disk: it was getting full.")
    clips: int
    bytes: int
    oldest_at: datetime
    newest_at: datetime


class EventNumbers(BaseModel):
    events: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(max_length=_MOST_CHANGED)


class AcknowledgedAnswer(BaseModel):
    acknowledged: int = Field(description="How many had not been acknowledged before.")


class CorrectRequest(BaseModel):
    label: ClassName = Field(description='The class that it is; "": none of the classes.')


def asked(
    camera: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]] | None, Query(max_length=100)] = None,
    label: Annotated[ClassName | None, Query(description='"": none of the classes.')] = None,
    zone: Annotated[ClassName | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query(description="They ended then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="They began before.")] = None,
    acknowledged: bool | None = None,
    state: Literal["open", "ended", "cut"] | None = None,
) -> EventFilter:
    """Which events are meant."""
    return EventFilter(camera, label, zone, since, until, acknowledged, state)


Asked = Annotated[EventFilter, Depends(asked)]


@router.get("/camera-events", summary="Find events")
def camera_events(
    app: TheApp,
    who: Viewer,
    which: Asked,
    limit: Annotated[int, Query(ge=1, le=_MOST_AT_ONCE)] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="The number of the last event of the page before.")
    ] = None,
) -> list[EventAnswer]:
    """The newest first."""
    found = app.camera_events.find(which, limit=limit, before=before)
    names = app.registry.names({event.model_hash or "" for event in found})
    return [EventAnswer.of(event, model=names.get(event.model_hash or "", "")) for event in found]


@router.get("/camera-events/counts", summary="Count events by hour")
def camera_event_counts(app: TheApp, who: Viewer, which: Asked) -> list[HourAnswer]:
    """How many events of each class began in each hour (UTC); hours without any are left out."""
    return [HourAnswer.of(one) for one in app.camera_events.by_hour(which)]


@router.get(
    "/camera-events/export.csv",
    summary="Events as CSV",
    response_class=StreamingResponse,
    responses=responses({_CSV: {}}),
)
def export_camera_events_csv(app: TheApp, who: Viewer, which: Asked) -> StreamingResponse:
    """A row for each event, the newest first."""
    parts = event_parts(app.cameras, app.camera_events, app.registry.names, which)
    content = as_csv(parts, COLUMNS)
    return export_response(content, media_type=f"{_CSV}; charset=utf-8", filename="events.csv")


@router.get(
    "/camera-events/export.parquet",
    summary="Events as Parquet",
    response_class=StreamingResponse,
    responses=responses({_PARQUET: {}}, _501="The parquet extra is not installed."),
)
def export_camera_events_parquet(app: TheApp, who: Viewer, which: Asked) -> StreamingResponse:
    """A row for each event, typed, the newest first."""
    parts = event_parts(app.cameras, app.camera_events, app.registry.names, which)
    return export_response(as_parquet(parts, COLUMNS), media_type=_PARQUET, filename="events.parquet")


@router.post("/camera-events/acknowledge", summary="Acknowledge")
def acknowledge_camera_events(app: TheApp, who: Operator, numbers: EventNumbers) -> AcknowledgedAnswer:
    """Note that a person has seen these events; numbers of no event are ignored."""
    done = app.camera_events.acknowledge(numbers.events, by=who.id)
    return AcknowledgedAnswer(acknowledged=done)


@router.get("/camera-events/{number}", summary="One event", responses=_NONE)
def camera_event(app: TheApp, who: Viewer, number: Number) -> EventDetails:
    """With the path that it took."""
    found = app.camera_events.get(number)
    return EventDetails.of(found, model=app.registry.name(found.model_hash))


@router.get(
    "/camera-events/{number}/picture",
    summary="An event's best picture",
    response_class=Response,
    responses=responses(
        {"image/jpeg": {"schema": uploads.PICTURE}}, _404="There is no such event, or it has no picture."
    ),
)
def camera_event_picture(app: TheApp, who: Viewer, number: Number) -> Response:
    """A square crop, as JPEG."""
    row = app.camera_events.get(number)
    content = read_if_there(app.blobs("events"), row.crop) if row.crop else None
    if content is None:
        raise UnknownCameraEvent(f"Event {number}", "has no picture", cure="It may have been deleted.")
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, no-cache"})


@router.post(
    "/camera-events/{number}/correct",
    summary="Say what an event was",
    responses=_NONE | responses(_409="Its picture cannot be corrected."),
)
def correct_camera_event(app: TheApp, who: Operator, number: Number, said: CorrectRequest) -> EventAnswer:
    """Corrects its picture in the catalogue too: the next training learns from it."""
    row: EventRow = app.camera_events.get(number)
    if row.entry_id is not None:
        administrator = who.administrator
        app.actions.do("correct", [row.entry_id], by=who.id, administrator=administrator, label=said.label)
    changed = app.camera_events.set(number, corrected_label=said.label)
    return EventAnswer.of(changed, model=app.registry.name(changed.model_hash))


@router.get("/clips", summary="Find clips")
def camera_clips(
    app: TheApp,
    who: Viewer,
    camera: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    kind: Literal["events", "continuous"] | None = None,
    since: Annotated[AwareDatetime | None, Query(description="They ended then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="They began before.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_AT_ONCE)] = 100,
) -> list[ClipAnswer]:
    """The newest first."""
    found = app.clips.find(camera_id=camera, kind=kind, since=since, until=until, limit=limit)
    return [ClipAnswer.of(clip) for clip in found]


@router.get("/clips/deleted", summary="What was deleted")
def deleted_camera_clips(app: TheApp, who: Viewer) -> list[DeletionAnswer]:
    """Clips that were deleted for their age, for the room of their camera or to keep the disk from filling;
    the newest first."""
    return [DeletionAnswer.of(one) for one in app.clips.deletions()]


@router.get(
    "/clips/{number}.mp4",
    summary="A clip",
    response_class=StreamingResponse,
    responses=responses(
        {_MP4: {"schema": {"type": "string", "format": "binary"}}},
        _206="The part that `Range` names.",
        _404="There is no such clip.",
        _416="`Range` names no part of it.",
    ),
)
def camera_clip(
    request: Request,
    who: Viewer,
    number: Annotated[int, InPath(ge=1, le=2**63 - 1, description="The clip's number.")],
) -> Response:
    """As MP4, which can be sought in. One that is still written plays as far as it came."""
    service = service_of(request)
    try:
        file = service.app.clips.open(service.app.clips.get(number))
    except FileNotFoundError as reason:
        raise UnknownCameraEvent(
            f"Clip {number}", "has no file yet", cure="Ask again in a moment."
        ) from reason
    length = file.seek(0, SEEK_END)
    file.seek(0)
    headers = KEEP_AND_ASK | {"ETag": f'"{number}-{length}"'}
    return part_response(
        file, length, service.threads.read, request.headers, media_type=_MP4, headers=headers
    )
