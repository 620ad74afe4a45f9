"""/api/v1/catalogue/watches: folders of the server whose new pictures are added automatically."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from tenfold.catalogue.entries.tables import WatchedFolder
from tenfold.catalogue.ingest.watched_folders import MOST_LEFT_OUT
from tenfold.web.answers import Answer
from tenfold.web.problems import Problem, remembered, responses
from tenfold.web.security.access import Administrator
from tenfold.web.service import TheApp

router = APIRouter(prefix="/api/v1/catalogue/watches", tags=["catalogue"])


class WatchAnswer(Answer):
    """A watched folder."""

    id: int
    path: str
    shared: bool = Field(description="Whether everybody sees what is added.")
    added_at: datetime
    looked_at: datetime | None = Field(description="When it was looked through last.")
    problem: Problem | None = Field(description="Why it cannot be looked through now; it is tried again.")
    left_out: list[str] = Field(
        description=f"The first {MOST_LEFT_OUT} links in it that are not followed: they lead out of it, or "
        "nowhere."
    )


@router.get("", summary="List watched folders")
def watches(app: TheApp, who: Administrator) -> list[WatchAnswer]:
    """In the order in which they were added. `POST /catalogue/folders` adds one."""
    return [_answer(watch) for watch in app.watched_folders.active()]


@router.delete(
    "/{watch_id}", summary="Stop watching a folder", responses=responses(_404="There is no such watch.")
)
def stop_watch(
    app: TheApp, who: Administrator, watch_id: Annotated[int, Path(ge=1, le=2**63 - 1)]
) -> WatchAnswer:
    """What was added stays."""
    watch = app.watched_folders.stop(watch_id)
    app.audit.note(who.id, "folder.unwatch", watch.path, {}, address=who.address)
    return _answer(watch)


def _answer(watch: WatchedFolder) -> WatchAnswer:
    return WatchAnswer.of(watch, problem=remembered(watch.problem), left_out=watch.left_out or [])
