"""/api/v1/cameras: the cameras that are watched: tested, added, changed, paused, removed, shown live."""

import asyncio
import json
import time
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tenfold.cameras import sources
from tenfold.cameras.address import Address, parse
from tenfold.cameras.cameras import MOST_BYTES, MOST_CLASSES, MOST_DAYS, address_of, check_watchable
from tenfold.cameras.tables import CameraRow
from tenfold.database.names import LONGEST_NAME
from tenfold.errors import UnknownCamera
from tenfold.runtime import App
from tenfold.web.answers import Answer
from tenfold.web.api.v1.cameras.states import CameraStateAnswer, state_of
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.service import TheApp, TheService
from tenfold.web.uploads import pictures as uploads

router = APIRouter(prefix="/api/v1/cameras", tags=["cameras"])

# No control letters: PostgreSQL keeps no NUL.
PLAIN = r"^[^\x00-\x1f\x7f]*$"
Number = Annotated[int, InPath(ge=1, le=2**63 - 1, description="The camera's number.")]
ClassName = Annotated[str, Field(max_length=100, pattern=PLAIN)]
Days = Annotated[float, Field(gt=0, le=MOST_DAYS)]
Size = Annotated[int, Field(gt=0, le=MOST_BYTES)]
Share = Annotated[float, Field(ge=0, le=1)]
_MOST_AREAS, _MOST_CORNERS, _LONGEST_SOURCE = 50, 100, 2000
_POLL_SECONDS = 0.05
_NONE = responses(_404="There is no such camera.")
_REFUSED = responses(
    _409="The name is that of another camera.",
    _422="The camera cannot be reached, or a value cannot be used.",
    _501="The cameras extra is not installed.",
)


class Area(BaseModel):
    """A polygon in the picture, with a name."""

    name: str = Field(min_length=1, max_length=100, pattern=PLAIN)
    corners: list[Annotated[list[Share], Field(min_length=2, max_length=2)]] = Field(
        min_length=3, max_length=_MOST_CORNERS, description="x and y, in parts of the picture, 0 to 1."
    )


class SourceRequest(BaseModel):
    source: str = Field(
        min_length=1,
        max_length=_LONGEST_SOURCE,
        pattern=PLAIN,
        description="rtsp://host/path, http://host/path (MJPEG or HLS), usb:0; browser:NAME: a page sends"
        " its device's camera.",
    )
    user: str = Field("", max_length=200, pattern=PLAIN)
    password: str = Field("", max_length=500, pattern=PLAIN)


class CameraValues(BaseModel):
    """How a camera is watched; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=LONGEST_NAME)
    zones: list[Area] | None = Field(
        None, max_length=_MOST_AREAS, description="Where there are zones, only what was in one is an event."
    )
    masks: list[Area] | None = Field(
        None, max_length=_MOST_AREAS, description="Never looked at, shown or stored. Clips are re-encoded."
    )
    fixed: bool | None = Field(None, description="It does not move, whatever passes in front of it.")
    smallest: Share | None = Field(None, description="The smallest object, as a share of the picture.")
    recording: Literal["events", "continuous", "nothing"] | None = Field(
        None, description="nothing: only what a rule asks for."
    )
    before: float | None = Field(None, ge=0, le=60, description="Seconds of a clip before its event.")
    after: float | None = Field(None, ge=0, le=300, description="Seconds of a clip after its event.")
    keep_days: Days | None = Field(
        None, description="How long events and clips are kept; 3 days where nothing is said."
    )
    keep_days_of: dict[ClassName, Days] | None = Field(
        None, max_length=MOST_CLASSES, description="By class, where it differs."
    )
    keep_bytes: int | None = Field(
        None, ge=0, le=MOST_BYTES, description="The most bytes of clips; 0: as much as there is room for."
    )
    keep_bytes_of: dict[ClassName, Size] | None = Field(
        None,
        max_length=MOST_CLASSES,
        description="The most bytes of the clips in which events of a class are, by class.",
    )
    model_hash: str | None = Field(
        None, max_length=64, pattern=PLAIN, description='Of a model of the list; "": the default.'
    )


class CameraRequest(CameraValues, SourceRequest):
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    untested: bool = Field(False, description="Add it though it was not tried: it may be off now.")


class CameraChange(CameraValues):
    source: str | None = Field(None, min_length=1, max_length=_LONGEST_SOURCE, pattern=PLAIN)
    user: str | None = Field(None, max_length=200, pattern=PLAIN)
    password: str | None = Field(None, max_length=500, pattern=PLAIN)


class CameraFactsAnswer(Answer):
    """What a camera is."""

    description: str = Field(description="Its address without user and password.")
    width: int
    height: int
    rate: float | None = Field(description="Frames a second as it states them.")
    codec: str


class CameraAnswer(Answer):
    """A camera that is watched."""

    id: int
    name: str
    kind: Literal["usb", "rtsp", "http", "browser"] = Field(description="browser: a page sends its pictures.")
    address: str = Field(description="Without user and password.")
    user: bool = Field(description="Whether it is opened with a user.")
    zones: list[Area]
    masks: list[Area]
    fixed: bool
    smallest: float
    recording: Literal["events", "continuous", "nothing"]
    before: float
    after: float
    keep_days: float
    keep_days_of: dict[str, float]
    keep_bytes: int
    keep_bytes_of: dict[str, int]
    added_at: datetime
    model_hash: str = Field(description='Of the model that was chosen for it; "": the default.')
    model: str = Field(
        description="The name of what says what is seen; by default watch while a bundled model is live, else"
        " the live one."
    )
    state: CameraStateAnswer


@router.post("/test", summary="Try a camera", responses=_REFUSED)
async def test_camera(who: Administrator, asked: SourceRequest) -> CameraFactsAnswer:
    """Open it, decode a picture, and say what it is or what is wrong. It takes at most ten seconds."""
    address = parse(asked.source, user=asked.user, password=asked.password)
    return CameraFactsAnswer.of(await asyncio.to_thread(_tried, address))


@router.get("", summary="List cameras")
def cameras(app: TheApp, who: Viewer) -> list[CameraAnswer]:
    """By name."""
    rows = app.cameras.all()
    names = app.registry.names({row.model_hash for row in rows if row.model_hash})
    return [_answer(app, row, names.get(row.model_hash, "")) for row in rows]


@router.post("", summary="Add a camera", status_code=201, responses=_REFUSED)
async def add_camera(service: TheService, who: Administrator, asked: CameraRequest) -> CameraAnswer:
    """It is tried first, unless `untested` says otherwise, and watched from now on.

    Nothing of `browser:NAME` can be tried: an operator's page sends its pictures over a WebSocket at
    `/api/v1/cameras/{number}/frames`, each a JPEG file of at most a megabyte in a message of its own. Each is
    answered (`kind`: `taken`) before the next may follow, ten a second at most. The connection is closed with
    code 4001 when another page begins to send, and with 4004 when the camera is removed.
    """
    address = parse(asked.source, user=asked.user, password=asked.password)
    if not asked.untested and address.kind != "browser":  # a page sends its pictures once it is there
        await asyncio.to_thread(_tried, address)
    values = _given(asked, without={"source", "user", "password", "untested", "name"})
    return await service.threads.write(_add, service.app, who, asked.name, address, values)


@router.get("/{number}", summary="One camera", responses=_NONE)
def camera(app: TheApp, who: Viewer, number: Number) -> CameraAnswer:
    """With its state at this moment."""
    return _one(app, app.cameras.get(number))


@router.patch("/{number}", summary="Change a camera", responses=_NONE | _REFUSED)
def change_camera(app: TheApp, who: Administrator, number: Number, asked: CameraChange) -> CameraAnswer:
    """What is left out does not change. The camera is opened again."""
    address: Address | None = None
    if asked.source is not None:
        address = parse(asked.source, user=asked.user or "", password=asked.password or "")
    elif asked.user is not None or asked.password is not None:
        old = address_of(app.cameras.get(number))
        user = old.user if asked.user is None else asked.user
        password = old.password if asked.password is None else asked.password
        address = Address(old.kind, old.target, user, password)
    values = _given(asked, without={"source", "user", "password"})
    _check_model(app, values)
    row = app.cameras.change(number, address=address, **values)
    app.audit.note(who.id, "camera.change", row.name, {"values": sorted(values)}, address=who.address)
    app.watched_cameras.wake()
    return _one(app, row)


@router.post("/{number}/pause", summary="Pause a camera", responses=_NONE)
def pause_camera(
    app: TheApp,
    who: Administrator,
    number: Number,
    on: Annotated[bool, Query(description="false: watch it again.")] = True,
) -> CameraAnswer:
    """It is not opened until it is watched again."""
    row = app.cameras.pause(number, on)
    app.audit.note(who.id, "camera.pause", row.name, {"on": on}, address=who.address)
    app.watched_cameras.wake()
    return _one(app, row)


@router.delete("/{number}", summary="Remove a camera", responses=_NONE)
def remove_camera(app: TheApp, who: Administrator, number: Number) -> CameraAnswer:
    """Its password is forgotten; its events and clips are deleted when their time comes."""
    row = app.cameras.remove(number)
    app.audit.note(who.id, "camera.remove", row.name, {}, address=who.address)
    app.watched_cameras.wake()
    return _one(app, row)


@router.get(
    "/{number}/picture",
    summary="The newest picture",
    response_class=Response,
    responses=responses(
        {"image/jpeg": {"schema": uploads.PICTURE}},
        _204="None came within `wait` seconds.",
        _404="There is no such camera, or no process of this server watches it now.",
    ),
)
async def camera_picture(
    service: TheService,
    who: Viewer,
    number: Number,
    after: Annotated[
        int, Query(ge=0, le=2**63 - 1, description="Only one with a larger number than this.")
    ] = 0,
    wait: Annotated[float, Query(ge=0, le=10, description="How many seconds to wait for it.")] = 0.0,
) -> Response:
    """As JPEG, of at most 640 pixels. A client that asks for one after another, with the number of the last
    as `after`, sees the camera live: at most five a second, always the newest, however slow the client is. A
    WebSocket at `/api/v1/cameras/{number}/live` sends the same with fewer requests: for each picture JSON
    (`number`, `time`, `boxes`), then the JPEG; answer each with a message of any content. With `?video=true`
    it sends the camera's H.264 as it comes where that plays everywhere and nothing is masked: JSON (`kind`:
    `video`; `codec`, `time`, `at`), then a part of a fragmented MP4 file, which starts again where `codec` is
    not empty; and JSON alone (`kind`: `boxes`). Otherwise pictures are sent (`kind`: `picture`).

    Headers: X-Picture-Number; X-Picture-Time, in Unix time; X-Picture-Boxes, JSON: for each thing that moves
    its `track`, its `class` so far ("": none of the classes) and its `box` in parts of the picture.
    """
    watch = service.app.watched_cameras.running(number)
    if watch is None:
        row = await service.threads.read(service.app.cameras.get, number)
        raise UnknownCamera(
            f"The camera {row.name}", "has no picture now", received="no process of this server watches it",
            cure="See its state.",
        )  # fmt: skip
    until = time.monotonic() + wait
    while not watch.live.ready(after):
        if time.monotonic() >= until:
            return Response(status_code=204)
        await asyncio.sleep(_POLL_SECONDS)
    shown = await service.threads.decode(watch.live.picture)
    if shown is None:
        return Response(status_code=204)
    headers = {
        "X-Picture-Number": str(shown.number),
        "X-Picture-Time": f"{shown.time:.3f}",
        "X-Picture-Boxes": json.dumps(shown.said),
    }
    return Response(shown.content, media_type="image/jpeg", headers=headers)


def _tried(address: Address) -> Any:
    check_watchable(address)
    sources.require()
    return sources.probe(address)


def _add(app: App, who: Administrator, name: str, address: Address, values: dict[str, Any]) -> CameraAnswer:
    _check_model(app, values)
    row = app.cameras.add(name, address, by=who.id, **values)
    app.audit.note(who.id, "camera.add", row.name, {"address": address.description}, address=who.address)
    app.watched_cameras.wake()
    return _one(app, row)


def _check_model(app: App, values: dict[str, Any]) -> None:
    if chosen := values.get("model_hash"):
        app.camera_models.usable(chosen)


def _given(asked: BaseModel, *, without: set[str]) -> dict[str, Any]:
    return asked.model_dump(exclude=without, exclude_none=True)


def _one(app: App, row: CameraRow) -> CameraAnswer:
    return _answer(app, row, app.registry.name(row.model_hash))


def _answer(app: App, row: CameraRow, chosen: str) -> CameraAnswer:
    """`chosen`: the name of the chosen model; "": none, or unknown."""
    address = address_of(row)
    state = state_of(app, row)
    return CameraAnswer.of(
        row,
        address=address.description,
        user=bool(address.user),
        model=(not state.model_problem and chosen) or app.camera_models.default_name,
        state=state,
    )
