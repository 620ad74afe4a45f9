"""/api/v1/stations/N/figures, challenges, chain and export: yield, charts and files from a trail."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from tenfold.errors import UnknownStation
from tenfold.evaluation.report.curves import Language
from tenfold.line.trail import export, record
from tenfold.line.trail.history import PartFilter, last_challenges
from tenfold.line.trail.statistics import Statistics, statistics
from tenfold.line.trail.trail import Trail
from tenfold.runtime import App
from tenfold.web.answers import Answer, ShareAnswer
from tenfold.web.api.v1.line.parts import PlantNumber, trail_of
from tenfold.web.api.v1.line.stations import Number
from tenfold.web.api.v1.line.wires import VerdictName
from tenfold.web.problems import responses
from tenfold.web.run_answers import DrawnChart, drawn_chart
from tenfold.web.security.access import Viewer
from tenfold.web.sending import export_response, saved_as
from tenfold.web.service import TheApp
from tenfold.workflows.line.p_chart import p_chart

router = APIRouter(prefix="/api/v1/stations/{number}", tags=["line"])

_NONE = responses(_404="There is no such station, or it has not run yet.")
_NO_ORDER = responses(_404="There is no such station, it has not run yet, or the order has no part.")
_MOST_COUNTED, _MOST_CHALLENGES = 100_000, 50
_CSV, _PARQUET, _PDF = "text/csv", "application/vnd.apache.parquet", "application/pdf"


class ReasonCount(BaseModel):
    reason: str
    parts: int


class ChallengesAnswer(Answer):
    """What became of golden parts."""

    good: int
    good_passed: int
    bad: int
    bad_rejected: int


class JobCountAnswer(Answer):
    """Parts of one order, batch or shift."""

    name: Literal["order", "batch", "shift"]
    number: int = Field(description="As the plant has it.")
    parts: int
    passed: int


class GroupAnswer(Answer):
    """A group of the p-chart."""

    first: int
    parts: int
    rejects: float
    low: float
    high: float
    outside: bool


class FiguresAnswer(Answer):
    """Figures of a station's last parts."""

    parts: int
    passed: int
    first_pass_yield: ShareAnswer | None
    reasons: list[ReasonCount] = Field(description="Why parts were not passed, the most frequent first.")
    overkill: ShareAnswer | None = Field(
        description="Good parts among the rejected that were looked at again."
    )
    escape: ShareAnswer | None = Field(description="Bad parts among the passed that were looked at again.")
    verdict_ms: list[float] = Field(description="Median, 99 %, largest; empty without parts.")
    groups: list[GroupAnswer]
    jobs: list[JobCountAnswer] = Field(description="For each order, batch and shift, the newest first.")
    challenges: ChallengesAnswer | None = Field(description="null: no golden part was run.")


class GoldenPart(Answer):
    """A golden part: the verdict that it should get, and the one that it got."""

    part: int
    expected: VerdictName
    verdict: VerdictName
    right: bool


class ChallengeAnswer(Answer):
    """Golden parts that were run."""

    at: datetime
    by: str
    passed: bool = Field(description="Whether each got the verdict that it should get.")
    recipe: list[int] = Field(description="The recipe's number for the plant, and its version.")
    parts: list[GoldenPart]


class ChainAnswer(BaseModel):
    """Whether a trail is as it was written."""

    rows: int
    head: str = Field(
        description="The hash of its last row. Kept elsewhere, it reveals a trail that was rewritten."
    )
    first_changed: int | None = Field(
        description="The first row that was changed, or before which one is gone; null: the chain holds."
    )


@dataclass(frozen=True)
class _Counted:
    """Which parts are counted."""

    last: int
    which: PartFilter


def counted(
    last: Annotated[
        int, Query(ge=1, le=_MOST_COUNTED, description="The number of last parts that it is computed from.")
    ] = 1000,
    order: PlantNumber | None = None,
    batch: PlantNumber | None = None,
    shift: PlantNumber | None = None,
) -> _Counted:
    """Which parts are counted."""
    return _Counted(last, PartFilter(order=order, batch=batch, shift=shift))


Counted = Annotated[_Counted, Depends(counted)]
Order = Annotated[PlantNumber | None, Query(description="Only this order.")]


@router.get("/figures", summary="Yield and reasons", responses=_NONE)
def station_figures(app: TheApp, who: Viewer, number: Number, which: Counted) -> FiguresAnswer:
    """Yield, reasons, overkill and escape, times, p-chart, orders, batches and shifts."""
    found = _statistics(app, number, which)
    reasons = [ReasonCount(reason=reason, parts=count) for reason, count in found.reasons]
    return FiguresAnswer.of(found, reasons=reasons)


@router.get("/p-chart", summary="The p-chart as a drawing", responses=_NONE)
def station_p_chart(
    app: TheApp,
    who: Viewer,
    number: Number,
    which: Counted,
    language: Annotated[Language, Query(description="The language of its words and numbers.")] = "en",
) -> DrawnChart | None:
    """The share of rejects in groups of 100 parts, with control limits; null: there are no parts."""
    groups = _statistics(app, number, which).groups
    if not groups:
        return None
    return drawn_chart(p_chart(groups, language))


@router.get("/challenges", summary="Challenges that were run", responses=_NONE)
def station_challenges(
    app: TheApp, who: Viewer, number: Number, limit: Annotated[int, Query(ge=1, le=_MOST_CHALLENGES)] = 10
) -> list[ChallengeAnswer]:
    """The newest first."""
    with trail_of(app, number, new=True) as trail:
        return [ChallengeAnswer.of(one) for one in last_challenges(trail, limit=limit)]


@router.get("/chain", summary="Check the chain of hashes", responses=_NONE)
def station_chain(app: TheApp, who: Viewer, number: Number) -> ChainAnswer:
    """Reads the whole trail, which takes some seconds for a long one."""
    with trail_of(app, number) as trail:
        changed, (rows, head) = trail.verify(), trail.head
    return ChainAnswer(rows=rows, head=head, first_changed=changed)


@router.get(
    "/export.csv",
    summary="The trail as CSV",
    response_class=StreamingResponse,
    responses=responses({_CSV: {}}) | _NO_ORDER,
)
def export_station_csv(app: TheApp, who: Viewer, number: Number, order: Order = None) -> StreamingResponse:
    """A row for each row of the trail, of an order or of all."""
    content = _exported(app, number, order, export.csv)
    return export_response(
        content, media_type=f"{_CSV}; charset=utf-8", filename=_named(app, number, order, "csv")
    )


@router.get(
    "/export.parquet",
    summary="The trail as Parquet",
    response_class=StreamingResponse,
    responses=responses({_PARQUET: {}}, _501="The parquet extra is not installed.") | _NO_ORDER,
)
def export_station_parquet(
    app: TheApp, who: Viewer, number: Number, order: Order = None
) -> StreamingResponse:
    """The same, typed."""
    content = _exported(app, number, order, export.parquet)
    return export_response(content, media_type=_PARQUET, filename=_named(app, number, order, "parquet"))


@router.get(
    "/export.pdf",
    summary="The record of an order as PDF",
    response_class=Response,
    responses=responses({_PDF: {}}, _501="The line extra is not installed.") | _NO_ORDER,
)
def export_station_pdf(app: TheApp, who: Viewer, number: Number, order: Order = None) -> Response:
    """Figures, p-chart, second looks, pictures of parts that did not pass, and hashes."""
    made = BytesIO()
    with trail_of(app, number) as trail:
        _check(trail, order)
        record.write(trail, made, order=order)
    return Response(made.getvalue(), media_type=_PDF, headers=saved_as(_named(app, number, order, "pdf")))


_Make: TypeAlias = Callable[..., Iterator[bytes]]


def _exported(app: App, number: int, order: int | None, make: _Make) -> Iterator[bytes]:
    """The parts of a file; errors are raised at once, before the answer begins."""
    with ExitStack() as stack:
        trail = stack.enter_context(trail_of(app, number))
        _check(trail, order)
        content = make(trail, order=order)
        return _then_closed(stack.pop_all(), content)


def _then_closed(stack: ExitStack, content: Iterator[bytes]) -> Iterator[bytes]:
    with stack:
        yield from content


def _check(trail: Trail, order: int | None) -> None:
    if order is not None and not trail.last_numbers(limit=1, where=PartFilter(order=order).sql()):
        raise UnknownStation(f"The order {order}", "has no part in this station's trail")


def _named(app: App, number: int, order: int | None, ending: str) -> str:
    name = app.stations.get(number).name
    safe = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "station"
    return f"{safe}{'' if order is None else f'-order-{order}'}.{ending}"


def _statistics(app: App, number: int, asked: _Counted) -> Statistics:
    where = asked.which.sql()
    with trail_of(app, number, new=True) as trail:
        counted = trail.last_numbers(limit=asked.last, where=where)
        if not counted:
            return Statistics()
        rows = trail.rows(after=counted[-1][0] - 1)
        if asked.which != PartFilter():
            parts = {part for _, part in counted}
            rows = (row for row in rows if row.part in parts)
        return statistics(rows)
