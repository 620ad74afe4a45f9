"""/api/v1/filings: entries filed by class on the server's disk, and undo."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tenfold.catalogue.entries.tables import OrganisedFile
from tenfold.catalogue.organise.organise import Organiser, OrganiseReport
from tenfold.catalogue.organise.plan import FOLDER, Mode, OrganiseStep
from tenfold.catalogue.organise.problems import StepProblem, in_english
from tenfold.errors import UsageError
from tenfold.web.answers import Answer
from tenfold.web.api.v1.catalogue.actions import LARGEST_ID, Id
from tenfold.web.api.v1.catalogue.filters import FiltersRequest
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator
from tenfold.web.service import TheApp, TheService
from tenfold.web.uploads.bodies import LongJsonRoute

router = APIRouter(tags=["exports"], prefix="/api/v1/filings", route_class=LongJsonRoute)

MOST_MOVES = 200


class OrganiseRequest(BaseModel):
    """What to file, where and how."""

    root: str = Field(
        min_length=1,
        max_length=4000,
        description="A folder of the server, as an absolute path. The classes' folders are made in it.",
    )
    mode: Mode = Field(
        description="copy; move, from where each was added, if that file is unchanged (else copied); or "
        "link, a hard one where the disk allows it, else a symbolic one."
    )
    dry_run: bool = Field(default=False, description="Only say what would be done.")
    sidecars: bool = Field(
        default=False, description="Also write each class into an XMP sidecar (cat.jpg.xmp)."
    )
    filters: FiltersRequest = Field(
        default=FiltersRequest(), description="What to file; all that has a class otherwise."
    )


class MoveAnswer(Answer):
    """One file that was put somewhere, or is to be."""

    entry: int
    how: Literal["copy", "move", "link", "hard", "symbolic", "sidecar"]
    origin: str
    target: str
    state: Literal["planned", "done", "there", "undone", "failed"] = Field(
        description="there: the same content was in that place already."
    )
    problem: StepProblem | None = Field(description="Why it could not be done or undone, for programs.")
    words: str = Field(description="The same in English.")


class OrganiseRunAnswer(Answer):
    """A filing."""

    id: int | None = Field(description="Null for a dry run.")
    at: datetime | None
    by: int | None
    root: str
    mode: Mode
    count: int = Field(description="How many pictures.")
    undone_at: datetime | None
    unfinished: bool = Field(description="It was interrupted: it can continue, or be undone.")
    states: dict[str, int] = Field(description="How many steps are in each state; folders are steps too.")
    moves: list[MoveAnswer] = Field(description=f"The first {MOST_MOVES}; those with a problem first.")


class OrganisedEntry(Answer):
    """A filing in the list."""

    id: int
    at: datetime
    by: int
    root: str
    mode: Mode
    count: int
    undone_at: datetime | None


class OrganiseRunsAnswer(BaseModel):
    filings: list[OrganisedEntry] = Field(description="The newest first.")
    next: int | None = Field(description="Send it as `before` for those before; null at the end.")


_NONE = responses(_404="There is no such filing.")
_UNDONE = responses(_404="There is no such filing.", _409="It was undone.")


@router.post(
    "",
    summary="File pictures by class on the server's disk",
    responses=responses(_400="The path or the filters cannot be used.", _409="The folder cannot be used."),
)
def file(service: TheService, who: Administrator, asked: OrganiseRequest) -> OrganiseRunAnswer:
    """File what the filters find and a class is known of. Originals in tenfold's store stay as they are."""
    root = _path(asked.root)
    filters = asked.filters.filters(service, who)
    organiser = service.app.organiser
    if asked.dry_run:
        return _planned(asked, organiser.plan(filters, root, asked.mode, sidecars=asked.sidecars))
    service.app.audit.note(who.id, "filing.make", str(root), {"mode": asked.mode}, address=who.address)
    return _answer(organiser, organiser.file(filters, root, asked.mode, sidecars=asked.sidecars, by=who.id))


@router.get("", summary="What was filed on the server's disk")
def filings(
    app: TheApp,
    who: Administrator,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> OrganiseRunsAnswer:
    """The newest first; `before=next` gives the next page."""
    found = app.organiser.recent(before=before, limit=limit + 1)
    more = len(found) > limit
    return OrganiseRunsAnswer(
        filings=[OrganisedEntry.of(one) for one in found[:limit]], next=found[limit - 1].id if more else None
    )


@router.get("/{filing}", summary="A filing", responses=_NONE)
def filing(app: TheApp, who: Administrator, filing: Id) -> OrganiseRunAnswer:
    """Its state, and which file was put where."""
    return _answer(app.organiser, app.organiser.get(filing))


@router.post("/{filing}/undo", summary="Undo a filing", responses=_UNDONE)
def unfile(app: TheApp, who: Administrator, filing: Id) -> OrganiseRunAnswer:
    """Put every file back. A file that was changed since stays and is reported; undo can be repeated."""
    app.audit.note(who.id, "filing.undo", str(filing), address=who.address)
    return _answer(app.organiser, app.organiser.undo(filing))


@router.post("/{filing}/resume", summary="Go on with a filing", responses=_UNDONE)
def resume_filing(app: TheApp, who: Administrator, filing: Id) -> OrganiseRunAnswer:
    """Do the steps that were not done when it was interrupted."""
    return _answer(app.organiser, app.organiser.resume(filing))


def _path(text: str) -> Path:
    if "\0" in text or not os.path.isabs(text):
        cure = "Name it from the top: /photos/filed."
        raise UsageError(
            "The folder",
            "is not an absolute path",
            received=f"{text!r:.200}",
            cure=cure,
            reason="path-not-absolute",
        )
    return Path(text)


def _planned(asked: OrganiseRequest, steps: Iterable[OrganiseStep]) -> OrganiseRunAnswer:
    moves: list[MoveAnswer] = []
    problems: list[MoveAnswer] = []
    states: dict[str, int] = {}
    count = 0
    for step in steps:
        states[step.state] = states.get(step.state, 0) + 1
        count += step.of_picture
        kept = problems if step.problem else moves
        if step.how != FOLDER and len(kept) < MOST_MOVES:
            kept.append(_move(step.entry_id, step))
    return OrganiseRunAnswer(
        id=None,
        at=None,
        by=None,
        root=asked.root,
        mode=asked.mode,
        count=count,
        undone_at=None,
        unfinished=False,
        states=states,
        moves=(problems + moves)[:MOST_MOVES],
    )


def _answer(organiser: Organiser, report: OrganiseReport) -> OrganiseRunAnswer:
    number = report.filing.id
    problems = organiser.steps(number, limit=MOST_MOVES, problems=True)
    first = {step.number: step for step in (*problems, *organiser.steps(number, limit=MOST_MOVES))}
    return OrganiseRunAnswer.of(
        report.filing,
        unfinished=report.unfinished,
        states=dict(report.states),
        moves=[_move(step.entry_id, step) for step in list(first.values())[:MOST_MOVES]],
    )


def _move(entry: int, step: OrganiseStep | OrganisedFile) -> MoveAnswer:
    return MoveAnswer.of(step, entry=entry, words=in_english(step.problem))
