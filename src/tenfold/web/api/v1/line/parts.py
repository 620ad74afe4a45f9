"""/api/v1/stations/N/parts and alarms: parts and alarms from a trail, and overrides."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from tenfold.errors import UnknownStation
from tenfold.line.parts import Reason, Verdict
from tenfold.line.trail.history import PartFilter, PartHistory, last_parts
from tenfold.line.trail.trail import Trail, TrailEntry, time_of
from tenfold.runtime import App
from tenfold.web.answers import Answer
from tenfold.web.api.v1.cameras.cameras import PLAIN, ClassName
from tenfold.web.api.v1.line.bodies import ByRequest
from tenfold.web.api.v1.line.stations import Number, name_of
from tenfold.web.api.v1.line.wires import VerdictName
from tenfold.web.problems import responses
from tenfold.web.security.access import Operator, Viewer
from tenfold.web.service import TheApp
from tenfold.web.uploads import pictures as uploads
from tenfold.workflows.line.overrule import known, opened

router = APIRouter(prefix="/api/v1/stations/{number}", tags=["line"])

PartNumber = Annotated[int, InPath(ge=1, le=2**62, description="The part's number in the trail.")]
_NONE = responses(_404="There is no such station, it has not run yet, or it had no such part.")
_MOST_PARTS = 200
PlantNumber = Annotated[int, Query(ge=0, le=2**32 - 1, description="As the plant numbers it.")]


class OverrideAnswer(BaseModel):
    """What a person said of a part."""

    at: datetime
    verdict: VerdictName
    reason: str
    by: str


class RegionResult(BaseModel):
    """What the model said of a region, or of a cell of it."""

    region: str
    label: str
    known: bool = Field(description='false: "none of these".')
    probabilities: dict[str, float]


class PartTimes(BaseModel):
    """When each thing happened to a part; null: it did not, or it is not known."""

    triggered: datetime | None = Field(description="It passed the photo-eye.")
    pictured: datetime | None
    judged: datetime = Field(description="Its verdict was written into the trail.")
    fired: datetime | None = Field(
        description="Its pass was signalled at the gate; a reject is signalled by nothing."
    )
    confirmed: datetime | None = Field(description="What became of it at the gate was seen.")


class PartAnswer(Answer):
    """A part that came."""

    part: int
    row: int = Field(description="Of its row in the trail, for `before`.")
    at: datetime
    verdict: VerdictName = Field(description="That counts: a person's last word, else the station's.")
    reason: str
    station_verdict: VerdictName
    station_reason: Reason
    outcome: str = Field(description='What the reject sensor saw; "": nothing.')
    challenge: str = Field(description='Of a challenge part, the verdict that it should get; "": none.')
    recipe: list[int] = Field(description="The recipe's number for the plant, and its version.")
    model_hash: str
    answers: list[RegionResult]
    verdict_ms: float | None = Field(description="From the trigger to the verdict.")
    picture: bool = Field(description="Whether its picture is kept.")
    box: list[float] | None = Field(
        description="Where the part is in its picture: left, top, width and height, by shares of its sides."
    )
    times: PartTimes
    order: int | None = Field(description="As the plant numbers it, as batch and shift; null: it said none.")
    batch: int | None
    shift: int | None
    overrides: list[OverrideAnswer]


class TrailRow(Answer):
    """A row of the trail."""

    number: int
    kind: str
    at: datetime
    hash: str


class PartDetails(PartAnswer):
    """A part with all rows about it."""

    rows: list[TrailRow]
    intact: bool = Field(
        description="Whether each of these rows still has the hash that it was written with."
    )


class OverrideRequest(BaseModel):
    verdict: VerdictName
    reason: str = Field(min_length=1, max_length=500, pattern=PLAIN)
    by: str = Field("", max_length=100, pattern=PLAIN, description="Your name, where nobody signs in.")
    label: ClassName | None = Field(
        None, description='The class that it is, "": none; its picture joins the catalogue under it.'
    )


class OverruledAnswer(BaseModel):
    part: PartAnswer
    entry_id: int | None = Field(description="Of its picture in the catalogue.")


class AlarmAnswer(BaseModel):
    row: int
    at: datetime
    reason: str
    part: int | None
    acknowledged: bool


def asked(
    verdict: Annotated[VerdictName | None, Query(description="That counts.")] = None,
    reason: Annotated[Reason | None, Query(description="The station's, as a code.")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    order: PlantNumber | None = None,
    batch: PlantNumber | None = None,
    shift: PlantNumber | None = None,
) -> PartFilter:
    """Which parts are meant."""
    return PartFilter(verdict, reason, since, until, order, batch, shift)


@router.get("/parts", summary="Last verdicts", responses=_NONE)
def station_parts(
    app: TheApp,
    who: Viewer,
    number: Number,
    which: Annotated[PartFilter, Depends(asked)],
    limit: Annotated[int, Query(ge=1, le=_MOST_PARTS)] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=2**62, description="The row of the page before's last.")
    ] = None,
) -> list[PartAnswer]:
    """The newest first; empty where the station has not run yet."""
    with trail_of(app, number, new=True) as trail:
        return [
            PartAnswer.of(one, **_values(one)) for one in last_parts(trail, which, limit=limit, before=before)
        ]


@router.get("/parts/{part}", summary="One part", responses=_NONE)
def station_part(app: TheApp, who: Viewer, number: Number, part: PartNumber) -> PartDetails:
    """With all rows about it, and all that people said of it."""
    with trail_of(app, number) as trail:
        found = known(trail, part)
        intact = trail.intact([row.number for row in found.rows])
        return PartDetails.of(found, **_values(found), intact=intact)


@router.get(
    "/parts/{part}/picture",
    summary="A part's picture",
    response_class=Response,
    responses=responses({"image/jpeg": {"schema": uploads.PICTURE}}) | _NONE,
)
def station_part_picture(app: TheApp, who: Viewer, number: Number, part: PartNumber) -> Response:
    """The whole picture that was judged, as the camera gave it."""
    with trail_of(app, number) as trail:
        sha256 = known(trail, part).body.get("picture")
        content = trail.picture(sha256) if sha256 else None
    if content is None:
        raise UnknownStation(f"Part {part}", "has no picture")
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Response(content, media_type=kind, headers={"Cache-Control": "private, no-cache"})


@router.post(
    "/parts/{part}/override",
    summary="Overrule a verdict",
    responses=_NONE | responses(_400="Name or reason is missing."),
)
def override_station_part(
    app: TheApp, who: Operator, number: Number, part: PartNumber, said: OverrideRequest
) -> OverruledAnswer:
    """Adds a row to the trail; the station's own verdict stays. To agree with it is worth as much: overkill
    and escape are computed from all parts that were looked at again."""
    row = app.stations.get(number)
    found, entry = app.overrule(
        app.trail_of(number),
        part,
        Verdict(said.verdict),
        by=name_of(who, said.by),
        person=who.id,
        reason=said.reason,
        label=said.label,
        station=row.name,
    )
    app.audit.note(who.id, "station.override", row.name, {"part": part}, address=who.address)
    return OverruledAnswer(part=PartAnswer.of(found, **_values(found)), entry_id=entry)


@router.get("/alarms", summary="Alarms", responses=_NONE)
def station_alarms(
    app: TheApp, who: Viewer, number: Number, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[AlarmAnswer]:
    """The newest first."""
    with trail_of(app, number, new=True) as trail:
        seen = trail.last(["acknowledged"], limit=1)
        through = seen[0].body["through"] if seen else 0
        return [
            AlarmAnswer(
                row=row.number,
                at=_moment(row.at),
                reason=row.body["reason"],
                part=row.part,
                acknowledged=row.number <= through,
            )
            for row in trail.last(["alarm"], limit=limit)
        ]


@router.post("/alarms/acknowledge", summary="Acknowledge", responses=_NONE)
def acknowledge_station(app: TheApp, who: Operator, number: Number, said: ByRequest) -> list[AlarmAnswer]:
    """Notes in the trail that a person has seen all alarms so far."""
    with trail_of(app, number) as trail:
        last = trail.last(["alarm"], limit=1)
        if last:
            body = {"by": name_of(who, said.by), "through": last[0].number}
            trail.append([TrailEntry("acknowledged", time_of(datetime.now(UTC)), body)])
    return station_alarms(app, who, number)


def trail_of(app: App, number: int, *, new: bool = False) -> Trail:
    """The trail of a station; `new`: a temporary empty one where it has not run yet."""
    app.stations.get(number)
    path = app.trail_of(number)
    return Trail(Path(":memory:")) if new and not path.exists() else opened(path)


def _values(found: PartHistory) -> dict[str, Any]:
    """What an answer takes from the body of a part's row, and from other rows."""
    body = {"verdict_ms": None, "box": None, "order": None, "batch": None, "shift": None, **found.body}
    return {
        **{name: body[name] for name in ("verdict_ms", "box", "order", "batch", "shift")},
        "row": found.number,
        "recipe": body.get("recipe", []),
        "model_hash": body.get("model", ""),
        "answers": body.get("answers", []),
        "picture": "picture" in body,
        "times": _times(found),
        "overrides": [{**row.body, "at": row.at} for row in found.overrides],
    }


def _times(found: PartHistory) -> PartTimes:
    judged = _moment(found.at)
    gate = [row for row in found.rows if row.kind == "gate"]
    milliseconds = {"picture_ms": None, "verdict_ms": None, "fired_ms": None, **found.body}
    if gate:
        milliseconds |= gate[-1].body
    began = milliseconds["verdict_ms"]
    triggered = None if began is None else judged - timedelta(milliseconds=began)

    def after(name: str) -> datetime | None:
        passed = milliseconds[name]
        return None if triggered is None or passed is None else triggered + timedelta(milliseconds=passed)

    return PartTimes(
        triggered=triggered,
        pictured=after("picture_ms"),
        judged=judged,
        fired=after("fired_ms"),
        confirmed=_moment(gate[-1].at) if gate else None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
