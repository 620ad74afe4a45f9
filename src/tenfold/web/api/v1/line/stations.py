"""/api/v1/stations: the stations of a line: added, changed, paused, removed, watched, controlled."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response

from tenfold.errors import LineError
from tenfold.line.holds import ChallengeRule
from tenfold.line.plc import require
from tenfold.line.plc.wiring import check
from tenfold.line.stations.tables import StationRow
from tenfold.runtime import App
from tenfold.web.api.v1.cameras.cameras import CameraFactsAnswer
from tenfold.web.api.v1.line.bodies import (
    ByRequest,
    CameraTrial,
    ChallengeRequest,
    ChangeoverRequest,
    PlcReading,
    RefusalRequest,
    RegisterAnswer,
    StationAnswer,
    StationChange,
    StationRequest,
    StationValues,
)
from tenfold.web.api.v1.line.states import answer_of
from tenfold.web.api.v1.line.wires import (
    commands,
    kept_broker,
    kept_outputs,
    kept_plant,
)
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator, Operator, Viewer
from tenfold.web.security.confirmation import CONFIRMED, confirm
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheApp, TheService, service_of
from tenfold.web.uploads import pictures as uploads
from tenfold.workflows.line.cameras import camera_of, described, station_camera, try_camera
from tenfold.workflows.line.running import RunningStation

router = APIRouter(prefix="/api/v1/stations", tags=["line"])

Number = Annotated[int, InPath(ge=1, le=2**63 - 1, description="The station's number.")]
_POLL_SECONDS = 0.05
_NONE = responses(_404="There is no such station.")
_REFUSED = responses(
    _404="There is no such station, or no such recipe.",
    _422="A name is taken, or what the station is wired to does not go together.",
)
_CONFIRMED = CONFIRMED | _REFUSED
_AWAY = _NONE | responses(_422="No process of this server runs it now.")


@router.get("", summary="List stations")
def stations(app: TheApp, who: Viewer) -> list[StationAnswer]:
    """By name."""
    return [answer_of(app, row, who) for row in app.stations.all()]


@router.post("", summary="Add a station", status_code=201, responses=_CONFIRMED)
def add_station(request: Request, who: Administrator, asked: StationRequest) -> StationAnswer:
    """Its camera is tried first, unless `untested` says otherwise. It runs from now on, and rejects all until
    it has an approved recipe. A command among its outputs needs the person's own password."""
    app = service_of(request).app
    values = _values(request, who, asked, None)
    camera = _camera(app, asked.source, asked, snapshot=bool(asked.snapshot))
    row = app.stations.add(asked.name, camera, by=who.id, **values)
    shown = described(row, app.cameras)
    facts = {"address": shown} | _programs(values)
    app.audit.note(who.id, "station.add", row.name, facts, address=who.address)
    app.running_stations.wake()
    return answer_of(app, row, who)


@router.post("/test", summary="Try a station's camera", responses=_REFUSED)
def try_station_camera(app: TheApp, who: Administrator, asked: CameraTrial) -> CameraFactsAnswer:
    """The same check as when a station is added: take a picture, and say what the camera is or what is wrong.
    It takes at most ten seconds."""
    found = station_camera(asked.source, app.cameras, user=asked.user, password=asked.password)
    address = camera_of(found, app.cameras)
    if asked.station is not None and not asked.user:
        kept = app.stations.get(asked.station)
        if described(kept, app.cameras) == asked.source.strip():
            address = camera_of(kept, app.cameras)
    return CameraFactsAnswer.of(try_camera(address, snapshot=asked.snapshot))


@router.post(
    "/registers",
    summary="Read a PLC's registers",
    responses=responses(_422="The PLC does not answer, or has no such registers."),
)
def read_plc_registers(who: Administrator, asked: PlcReading) -> list[RegisterAnswer]:
    """What a PLC's registers hold now (Modbus TCP, function 3), where a station set up so reads them.

    To find out how the PLC counts: write a known value there, and see where it appears.
    """
    require()
    from tenfold.line.plc.modbus import ModbusAddress, read_inputs

    place = ModbusAddress(**asked.model_dump(exclude_none=True))
    return [
        RegisterAnswer(name=one.name, address=at, registers=one.words, high_first=high, low_first=low)
        for at, one, (high, low) in read_inputs(place)
    ]


@router.get("/{number}", summary="One station", responses=_NONE)
def station(app: TheApp, who: Viewer, number: Number) -> StationAnswer:
    """With its state at this moment."""
    return answer_of(app, app.stations.get(number), who)


@router.patch("/{number}", summary="Change a station", responses=_CONFIRMED)
def change_station(
    request: Request, who: Administrator, number: Number, asked: StationChange
) -> StationAnswer:
    """What is left out does not change. The station restarts and rejects every part for a moment, unless
    only its name or its recipe changes. Another command among its outputs needs the person's own password."""
    app = service_of(request).app
    old = app.stations.get(number)
    values = _values(request, who, asked, old)
    if asked.name is not None:
        values["name"] = asked.name
    if asked.source is not None:
        snapshot = old.snapshot if asked.snapshot is None else asked.snapshot
        values |= _camera(app, asked.source, asked, snapshot=snapshot)
    elif asked.user is not None or asked.password is not None:
        values["user"] = old.user if asked.user is None else asked.user
        values["password"] = old.password if asked.password is None else asked.password
    values |= {"broker": None} if asked.no_broker else {}
    values |= {"challenge": None} if asked.no_challenge else {}
    row = app.stations.change(number, **values)
    facts = {"values": sorted(values)} | _programs(values)
    app.audit.note(who.id, "station.change", row.name, facts, address=who.address)
    app.running_stations.wake()
    return answer_of(app, row, who)


@router.post("/{number}/pause", summary="Pause a station", responses=_NONE)
def pause_station(
    app: TheApp,
    who: Administrator,
    number: Number,
    on: Annotated[bool, Query(description="false: run it again.")] = True,
) -> StationAnswer:
    """It does not run, so that the plant rejects all, until it is started again."""
    row = app.stations.pause(number, on)
    app.audit.note(who.id, "station.pause", row.name, {"on": on}, address=who.address)
    app.running_stations.wake()
    return answer_of(app, row, who)


@router.delete("/{number}", summary="Remove a station", responses=_NONE)
def remove_station(app: TheApp, who: Administrator, number: Number) -> StationAnswer:
    """Its passwords are forgotten; its trail stays."""
    row = app.stations.remove(number)
    app.audit.note(who.id, "station.remove", row.name, {}, address=who.address)
    app.running_stations.wake()
    return answer_of(app, row, who)


@router.post("/{number}/trigger", summary="A part is there", responses=_AWAY)
def trigger_station(app: TheApp, who: Operator, number: Number) -> StationAnswer:
    """Trigger a part, as a photo-eye does. Refused where the plant's own photo-eye is the trigger."""
    row = app.stations.get(number)
    if row.trigger["kind"] == "plant":
        raise LineError(
            f"The station {row.name}",
            "takes its triggers from the plant",
            cure="Change its trigger.",
            reason="trigger-of-plant",
        )
    _running(app, row).trigger()
    return answer_of(app, row, who)


@router.post(
    "/{number}/changeover",
    summary="Make something else",
    responses=responses(_404="There is no such station, or no such recipe."),
)
def change_over_station(
    app: TheApp, who: Operator, number: Number, asked: ChangeoverRequest
) -> StationAnswer:
    """By a recipe's id, or by what a scanner read. The recipe that the plant asks for comes before it."""
    recipe = (
        app.recipes.get(asked.recipe_id or 0) if not asked.barcode else app.recipes.of_barcode(asked.barcode)
    )
    row = app.stations.change(number, recipe_id=recipe.id)
    app.audit.note(who.id, "station.changeover", row.name, {"recipe": recipe.name}, address=who.address)
    app.running_stations.wake()
    return answer_of(app, row, who)


@router.post("/{number}/challenge", summary="Run challenge parts", responses=_AWAY)
def challenge_station(app: TheApp, who: Operator, number: Number, asked: ChallengeRequest) -> StationAnswer:
    """The next parts are golden good and bad ones, in this order. None of them is released; where each gets
    the verdict that it should, parts after them are."""
    row = app.stations.get(number)
    expected = [one == "good" for one in asked.expected]
    if row.challenge is not None:
        ChallengeRule(**row.challenge).check(expected)
    _running(app, row).begin_challenge(expected, by=name_of(who, asked.by))
    return answer_of(app, row, who)


@router.post("/{number}/first-parts/approve", summary="Approve the first parts", responses=_AWAY)
def approve_first_parts(app: TheApp, who: Operator, number: Number, asked: ByRequest) -> StationAnswer:
    """The first parts after a change of recipe are as they should be: parts are released from here on."""
    row = app.stations.get(number)
    _running(app, row).settle_first_parts(by=name_of(who, asked.by))
    app.audit.note(who.id, "station.release", row.name, {}, address=who.address)
    return answer_of(app, row, who)


@router.post("/{number}/first-parts/refuse", summary="Refuse the first parts", responses=_AWAY)
def refuse_first_parts(app: TheApp, who: Operator, number: Number, asked: RefusalRequest) -> StationAnswer:
    """They are not as they should be: the same number of parts is held again. Correct the fault meanwhile."""
    row = app.stations.get(number)
    _running(app, row).settle_first_parts(by=name_of(who, asked.by), refused=asked.reason)
    app.audit.note(who.id, "station.refuse", row.name, {"reason": asked.reason}, address=who.address)
    return answer_of(app, row, who)


@router.get(
    "/{number}/picture",
    summary="What its camera sees",
    response_class=Response,
    responses=responses({"image/jpeg": {"schema": uploads.PICTURE}}, _204="None came within `wait` seconds.")
    | _AWAY,
)
async def station_picture(
    service: TheService,
    who: Viewer,
    number: Number,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Only one with a larger number.")] = 0,
    wait: Annotated[float, Query(ge=0, le=10, description="How many seconds to wait for it.")] = 2.0,
) -> Response:
    """As JPEG, of at most 480 pixels, taken now. Headers: X-Picture-Number; X-Picture-Time, in Unix time."""
    row = await service.threads.read(service.app.stations.get, number)
    running = _running(service.app, row)
    asked, until = time.time(), time.monotonic() + wait
    await service.threads.read(running.take_picture)
    while True:
        shown = running.picture()
        if shown is not None and shown.number > after and shown.at >= asked:
            break
        if time.monotonic() >= until:
            return Response(status_code=204)
        await asyncio.sleep(_POLL_SECONDS)
    headers = {"X-Picture-Number": str(shown.number), "X-Picture-Time": f"{shown.at:.3f}"}
    return Response(shown.content, media_type="image/jpeg", headers=headers)


def name_of(who: Visitor, given: str) -> str:
    """The name that is recorded: that of the account, else the one in the request."""
    return who.name or given


def _camera(
    app: App, source: str, asked: StationRequest | StationChange, *, snapshot: bool
) -> dict[str, str]:
    """The columns of the camera that a request names, which is tried."""
    found = station_camera(source, app.cameras, user=asked.user or "", password=asked.password or "")
    if not asked.untested:
        try_camera(camera_of(found, app.cameras), snapshot=snapshot)
    return asdict(found)


def _values(
    request: Request, who: Visitor, asked: StationRequest | StationChange, old: StationRow | None
) -> dict[str, Any]:
    """The columns that a request names; passwords that it leaves out are those of `old`."""
    app = service_of(request).app
    values = asked.model_dump(include=set(StationValues.model_fields), exclude_none=True)
    plant, outputs = (old.plant, old.outputs) if old else ({"kind": "none"}, [])
    if values.keys() & {"broker", "outputs"} or (asked.plant and asked.plant.kind != "none"):
        require()
    if asked.plant is not None:
        values["plant"] = plant = kept_plant(asked.plant, plant, app.home.opcua)
    if asked.broker is not None:
        values["broker"] = kept_broker(asked.broker, old.broker if old else None)
    if asked.outputs is not None:
        values["outputs"] = kept_outputs(asked.outputs, outputs, app.home.opcua, app.files)
        if any(one not in commands(outputs) for one in commands(values["outputs"])):
            # Commands that the server runs must not be changed with a leaked token.
            confirm(request, who, asked)
        outputs = values["outputs"]
    if values.keys() & {"plant", "outputs"} and (plant["kind"] != "none" or outputs):
        check(plant, outputs)
    return values


def _programs(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Commands for the audit log: the programs, without arguments."""
    found = [one[0] for one in commands(values.get("outputs", []))]
    return {"commands": found} if found else {}


def _running(app: App, row: StationRow) -> RunningStation:
    found = app.running_stations.running(row.id)
    if found is None:
        raise LineError(
            f"The station {row.name}", "does not run here", received="no process of this server runs it",
            cure="See its state.", reason="station-away",
        )  # fmt: skip
    return found
