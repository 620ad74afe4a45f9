"""/api/v1/catalogue/entries, counts and duplicates: what is in the catalogue, and what is like it."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from tenfold.accounts.roles import OPERATOR, at_least
from tenfold.catalogue.entries.filters import sees_paths
from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.search.orders import OrderName
from tenfold.catalogue.search.timeline import FARTHEST, Dated
from tenfold.catalogue.similar.similar import MOST
from tenfold.errors import UnknownModel
from tenfold.runtime import App
from tenfold.web.answers import Answer
from tenfold.web.api.v1.catalogue.actions import ActionAnswer, action_answers
from tenfold.web.api.v1.catalogue.entries import EntryAnswer, entry_answer, seen_by
from tenfold.web.api.v1.catalogue.filters import Asked
from tenfold.web.problems import responses
from tenfold.web.security.access import Viewer
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheApp

router = APIRouter(tags=["catalogue"], prefix="/api/v1/catalogue")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")]
_HIDDEN = ""


class EntriesAnswer(BaseModel):
    """A page of entries."""

    entries: list[EntryAnswer]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end.")


class CountsAnswer(BaseModel):
    """How many entries there are. Each part asks for all that the filters ask, but for itself."""

    total: int = Field(description="Entries that meet the filters.")
    capped: bool = Field(description="True: not all were counted, and every number is at least.")
    labels: dict[str, int] = Field(description="By class.")
    none: int = Field(description="None of the classes.")
    waiting: int = Field(description="Not classified yet.")
    failed: int = Field(description="Could not be classified.")
    deleted: int = Field(description="Deleted ones that meet the filters.")
    corrected: int = Field(description="Named by a person.")
    uncorrected: int = Field(description="Named by a model alone, or not yet.")
    sources: dict[str, int] = Field(description="By source; an entry can have several.")


class MonthAnswer(BaseModel):
    month: str = Field(description="As 2026-11.")
    count: int


class TimelineAnswer(BaseModel):
    """How many entries there are of each month."""

    months: list[MonthAnswer] = Field(description="The latest first; months without entries are left out.")
    undated: int = Field(description="How many have no such date.")


class NameAnswer(Answer):
    """A name that an entry's content came under."""

    name: str
    source: str
    path: str = Field(
        description="The file on the server. Empty for an upload, and for people who may not see it."
    )
    added_at: datetime


class EntryDetail(EntryAnswer):
    """An entry with all about it."""

    hash: str = Field(description="SHA-256 of the picture's bytes.")
    probabilities: dict[str, float] | None = Field(description="Of every class of the model that named it.")
    names: list[NameAnswer] = Field(description="The oldest first.")
    classified_at: datetime | None
    corrected_at: datetime | None
    corrected_by: int | None = Field(description="The person's id.")
    corrected_by_name: str | None
    model_name: str | None = Field(description="Null where the model is not registered any more.")
    frames: int = Field(
        description="How many pictures the file has: more than 1 for an animation or pages. The model saw "
        "the first of them."
    )
    history: list[ActionAnswer] = Field(description="What people did to it, the newest first.")


class SimilarEntry(BaseModel):
    entry: EntryAnswer
    similarity: float = Field(description="Cosine of the angle between the two vectors, -1 to 1.")


class SimilarAnswer(BaseModel):
    """What is like an entry, the most alike first."""

    entries: list[SimilarEntry]
    model: str = Field(description="SHA-256 of the model whose vectors were compared.")
    compared: int = Field(description="How many entries that model named, of those that the person sees.")
    others: int = Field(description="How many were named by other models, and cannot be compared.")
    complete: bool = Field(description="False: only the newest were compared, as the index is being made.")


class DuplicateAnswer(BaseModel):
    """An entry of a group of near duplicates."""

    entry: EntryAnswer
    likeness: float = Field(description="How much it looks like the first of its group, 0 to 1; of that, 1.")


class DuplicatesAnswer(BaseModel):
    """Groups of entries that look the same, the one with the newest entry first."""

    groups: list[list[DuplicateAnswer]] = Field(
        description="Each with the best first: the one with the most pixels; of several, the one with the "
        "most bytes; of several, the one that was added first. The others follow by their likeness to it."
    )
    next: str | None = Field(description="Send it as `after` for the next page; null at the end.")


@router.get(
    "/entries",
    summary="List and find entries",
    responses=responses(_400="Filters that exclude each other, or `after` from no page."),
)
def entries(
    app: TheApp,
    who: Viewer,
    asked: Asked,
    order: Annotated[
        OrderName,
        Query(
            description="newest, oldest: by when they were added. surest, unsure: by confidence, what a "
            "person corrected after all else. novel: the least like the training data "
            "first. taken: the latest first. What has no such value comes last."
        ),
    ] = "newest",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: After = None,
) -> EntriesAnswer:
    """The entries that meet all filters, a page at a time.

    Entries that are added meanwhile appear where the order puts them; no other entry is left out or
    repeated.
    """
    page = app.search.page(asked, order, limit, after)
    return EntriesAnswer(entries=[entry_answer(one, who.id) for one in page.entries], next=page.next)


@router.get(
    "/counts",
    summary="How many entries there are",
    responses=responses(_400="Filters that exclude each other."),
)
def counts(app: TheApp, asked: Asked) -> CountsAnswer:
    """How many entries meet the filters, and how many there are of each class, state and source."""
    return CountsAnswer(**asdict(app.search.counts(asked)))


@router.get(
    "/timeline",
    summary="How many entries there are of each month",
    responses=responses(_400="Filters that exclude each other."),
)
def timeline(
    app: TheApp,
    asked: Asked,
    by: Annotated[Dated, Query(description="When they were taken, or added.")] = "taken",
    offset: Annotated[
        int, Query(ge=-FARTHEST, le=FARTHEST, description="By how many minutes the clock is ahead of UTC.")
    ] = 0,
) -> TimelineAnswer:
    """The months of what meets all filters."""
    found = app.search.timeline(asked, by, offset)
    months = [MonthAnswer(month=month, count=count) for month, count in found.months.items()]
    return TimelineAnswer(months=months, undated=found.undated)


@router.get(
    "/entries/{entry}",
    summary="One entry with all about it",
    responses=responses(_404="There is no such entry for this person."),
)
def entry(app: TheApp, who: Viewer, entry: Id) -> EntryDetail:
    """An entry, also a deleted one, with its names and its history."""
    return _detail(app, app.search.get(entry, person=who.id, administrator=who.administrator), who)


@router.get(
    "/entries/{entry}/similar",
    summary="More like this",
    responses=responses(
        _404="There is no such entry for this person.", _409="The entry is not classified yet, or cannot be."
    ),
)
def similar(
    app: TheApp, who: Viewer, entry: Id, limit: Annotated[int, Query(ge=1, le=MOST)] = 24
) -> SimilarAnswer:
    """The entries that the same model puts nearest to this one."""
    one = app.search.get(entry, person=who.id, administrator=who.administrator)
    found = app.similar.like(one, person=who.id, administrator=who.administrator, limit=limit)
    return SimilarAnswer(
        entries=[
            SimilarEntry(entry=entry_answer(near, who.id), similarity=similarity)
            for near, similarity in found.entries
        ],
        model=found.model,
        compared=found.compared,
        others=found.others,
        complete=found.complete,
    )


@router.get(
    "/duplicates", summary="Pictures that look the same", responses=responses(_400="`after` is from no page.")
)
def duplicates(
    app: TheApp, who: Viewer, after: After = None, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> DuplicatesAnswer:
    """Groups of copies: the same picture in another size, recompressed, brightened.

    What has come in the last half minute may not be among them yet.
    """
    found = app.duplicates.page(person=who.id, administrator=who.administrator, limit=limit, after=after)
    groups = [
        [DuplicateAnswer(entry=entry_answer(one.entry, who.id), likeness=one.likeness) for one in group]
        for group in found.groups
    ]
    return DuplicatesAnswer(groups=groups, next=found.next)


def _detail(app: App, entry: Entry, who: Visitor) -> EntryDetail:
    shown = sees_paths(entry, who.id, administrator=who.administrator, system=at_least(who.role, OPERATOR))
    by = entry.corrected_by
    return EntryDetail.of(
        entry,
        **seen_by(entry, who.id),
        names=[
            NameAnswer.of(name) if shown else NameAnswer.of(name, path=_HIDDEN)
            for name in app.search.names(entry.id)
        ],
        corrected_by_name=None if by is None else app.people.names_of([by]).get(by, ""),
        model_name=_model_name(app, entry.model_hash),
        frames=app.picture_files.frames(entry),
        history=action_answers(app, app.actions.history(entry.id), who),
    )


def _model_name(app: App, model: str | None) -> str | None:
    if model is None:
        return None
    try:
        return app.registry.get(model).name
    except UnknownModel:
        return None
