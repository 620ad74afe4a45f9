"""/api/v1/reclassifications: what another model would make of the catalogue, seen before it is done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from tenfold.catalogue.entries.tables import Reclassification
from tenfold.runtime import App
from tenfold.web.answers import Answer
from tenfold.web.api.v1.catalogue.entries import EntryAnswer, entry_answer
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator
from tenfold.web.service import TheApp

router = APIRouter(tags=["catalogue"], prefix="/api/v1/reclassifications")
Label = Annotated[str, StringConstraints(max_length=100)]


class ReclassificationRequest(BaseModel):
    model: str = Field(description="The hash of a registered model.", max_length=64)


class MovedAnswer(Answer):
    """Entries that would go from one class to another."""

    old: str | None = Field(description="The class that they are filed under; empty: none of the classes.")
    new: str = Field(description="The class that the other model files them under; empty: none.")
    count: int = Field(validation_alias="entries")


class ReclassificationAnswer(Answer):
    """Another model's answers to all entries."""

    id: int
    model: str = Field(validation_alias="model_hash", description="The hash of the model that was asked.")
    model_name: str
    at: datetime
    by: int
    state: Literal["running", "ready", "applying", "applied", "discarded", "failed"]
    count: int = Field(description="How many entries it has answered for.")
    changed: int = Field(description="How many of them would be filed under another class.")
    action: int | None = Field(
        validation_alias="action_id", description="The action that applied the answers; it can be undone."
    )
    undone: bool = Field(description="Whether that was undone.")
    job: str | None = Field(validation_alias="job_id")


class ReclassificationDetail(ReclassificationAnswer):
    moved: list[MovedAnswer] = Field(description="The most first.")


class ReclassificationStarted(BaseModel):
    reclassification: ReclassificationAnswer
    job: JobAnswer


class ReclassificationsAnswer(BaseModel):
    reclassifications: list[ReclassificationAnswer] = Field(description="The newest first.")


class ChangeAnswer(Answer):
    """An entry that would be filed under another class."""

    entry: EntryAnswer = Field(description="As it is now.")
    old: str | None = Field(validation_alias="old_label")
    label: str = Field(description="What it would be filed under; empty: none of the classes.")
    confidence: float
    novelty: float
    known: bool


class ChangesAnswer(BaseModel):
    changes: list[ChangeAnswer]
    next: int | None = Field(description="Send it as `after` for the next page. Null: there is none.")


_GONE = responses(_404="No such reclassification.")


@router.post(
    "", summary="Ask another model about every entry", status_code=202,
    responses=responses(_404="No such model.", _409="The catalogue is being reclassified already."),
)  # fmt: skip
def reclassify(app: TheApp, who: Administrator, asked: ReclassificationRequest) -> ReclassificationStarted:
    """In the background. No entry changes until the answers are applied."""
    one, job = app.reclassify.begin(asked.model, by=who.id)
    return ReclassificationStarted(reclassification=_answers(app, [one])[0], job=job_answer(job, who))


@router.get("", summary="What other models were asked")
def reclassifications(
    app: TheApp, who: Administrator, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> ReclassificationsAnswer:
    """Discarded ones are not listed."""
    found = app.reclassify.latest(limit)
    return ReclassificationsAnswer(reclassifications=_answers(app, found))


@router.get("/{number}", summary="What would change", responses=_GONE)
def reclassification(app: TheApp, who: Administrator, number: int) -> ReclassificationDetail:
    """How many entries would go from which class to which."""
    found = app.reclassify.found
    moved = [MovedAnswer.of(one) for one in found.moved(number)]
    one = app.reclassify.get(number)
    return ReclassificationDetail(**_answers(app, [one])[0].model_dump(), moved=moved)


@router.get(
    "/{number}/changes", summary="Which entries would change",
    responses=_GONE,
)  # fmt: skip
def reclassification_changes(
    app: TheApp,
    who: Administrator,
    number: int,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    old: Annotated[Label | None, Query(description="Only those filed under this class now.")] = None,
    new: Annotated[Label | None, Query(description="Only those that would go to this class.")] = None,
) -> ChangesAnswer:
    """Entries that would be filed under another class, in the order in which they were added."""
    found = app.reclassify.found
    page = found.changes(number, after=after, limit=limit, old=old, new=new)
    return ChangesAnswer(
        changes=[
            ChangeAnswer.of(proposal, entry=entry_answer(entry, who.id)) for entry, proposal in page.rows
        ],
        next=page.next,
    )


@router.post(
    "/{number}/apply", summary="Apply the answers",
    status_code=202, responses=responses(_404="No such reclassification.", _409="It cannot be applied."),
)  # fmt: skip
def apply_reclassification(app: TheApp, who: Administrator, number: int) -> ReclassificationStarted:
    """One action, which can be undone. What a person said about an entry stays as it is."""
    one, job = app.reclassify.apply(number, by=who.id)
    details = {"reclassification": one.id, "model": one.model_hash}
    subject = f"reclassification {one.id}"
    app.audit.note(who.id, "catalogue.reclassify", subject, details, address=who.address)
    return ReclassificationStarted(reclassification=_answers(app, [one])[0], job=job_answer(job, who))


@router.delete(
    "/{number}", summary="Discard the answers", status_code=204,
    responses=responses(_404="No such reclassification.", _409="They were applied."),
)  # fmt: skip
def discard_reclassification(app: TheApp, who: Administrator, number: int) -> None:
    """No entry changes."""
    app.reclassify.discard(number)


def _answers(app: App, found: Sequence[Reclassification]) -> list[ReclassificationAnswer]:
    names = app.registry.names(one.model_hash for one in found)
    undone = app.actions.undone(one.action_id for one in found if one.action_id is not None)
    return [
        ReclassificationAnswer.of(
            one, model_name=names.get(one.model_hash, ""), undone=one.action_id in undone
        )
        for one in found
    ]
