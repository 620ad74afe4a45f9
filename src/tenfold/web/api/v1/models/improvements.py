"""/api/v1/improvements: heads refitted and models trained on corrections, evaluated beside the live one."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tenfold.catalogue.entries.tables import NONE
from tenfold.evaluation.improvement import LEAST_APART, Why
from tenfold.jobs.types import Shape
from tenfold.models.tables import Improvement
from tenfold.web.answers import Answer
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.problems import Problem, remembered, responses
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.security.disclosure import concerns, last_part
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheApp, TheService
from tenfold.workflows.improve.recipe import EPOCHS
from tenfold.workflows.train.estimate import TrainingEstimate, seconds_per_epoch

router = APIRouter(tags=["models"], prefix="/api/v1/improvements")


class CorrectionsReady(Answer):
    """Whether the live model can be trained on corrections."""

    corrected: int = Field(description="How many pictures people corrected or confirmed.")
    counted: int = Field(description="How many of them are of classes that can be learned, or evaluated by.")
    held_out: int = Field(
        description="How many of them are kept back for evaluation, and never learned from."
    )
    per_class: dict[str, int] = Field(description="How many of each class; empty: none of the classes.")
    base: str = Field(description="The hash of the live model.")
    own_data: bool = Field(description="Whether the data that it was trained on are at hand.")
    own_source: str = Field(
        description="What they are: cifar10, or where they are or were; empty: nobody knows. Administrators "
        "see the path, others its last part."
    )
    own_problem: str = Field(description="Why they are not, in English; empty: they are.")
    own_code: Literal["", "unknown", "missing"] = Field(
        description="The same for programs; unknown: nobody knows what the model was trained on."
    )
    least: int = Field(description="How many pictures have to count.")
    least_apart: int = Field(
        description="Where only one model is right on fewer kept-back corrections than this, no "
        "difference can be shown."
    )
    epochs: int = Field(description="How many are trained where a request names no number.")
    seconds_per_epoch: float | None = Field(
        description="An estimate by the last attempt here; null: there was none that tells."
    )
    ready: bool = Field(description="Whether the network can be trained, the longer way.")
    reason: str = Field(description="Why it cannot; empty: it can.")
    code: Literal["", "too-few", "none-kept-back", "none-to-learn", "missing-extra", "frozen"] = Field(
        description="The same for programs; frozen: its backbone stays as it is."
    )
    quick_reason: str = Field(description="Why its head cannot be refitted, in seconds; empty: it can.")
    quick_code: Literal["", "too-few", "no-head"] = Field(description="The same for programs.")
    sampled: bool = Field(description="Whether a sample of its own data is at hand for that.")


class ImprovementRequest(BaseModel):
    deep: bool = Field(False, description="Train the network, in place of refitting its head in seconds.")
    with_own_data: bool = Field(
        True, description="Learn from the model's own data too, so that it does not forget."
    )
    epochs: int | None = Field(None, ge=1, le=1000, description="How often every picture is seen.")


class Accuracy(BaseModel):
    accuracy: float
    low: float = Field(description="The lower end of the 95 % interval.")
    high: float


class ModelsCompared(BaseModel):
    """The old and the new model on the same pictures."""

    pictures: int
    old: Accuracy
    new: Accuracy
    difference: float = Field(description="The new one's accuracy minus the old one's, -1 to 1.")
    low: float = Field(description="The lower end of its 95 % interval.")
    high: float
    p: float = Field(description="McNemar's test, mid-p: how likely such a difference is by chance.")
    only_old_right: int
    only_new_right: int


class ClassResult(BaseModel):
    label: str
    pictures: int
    old: int = Field(description="How many the old model files right.")
    new: int


class NoneOfThese(BaseModel):
    """Pictures that people say are none of the classes; nobody learns from them."""

    pictures: int
    old: int = Field(description="How many the old model calls none of these.")
    new: int


class ImprovementEvaluation(BaseModel):
    """Both models on pictures that neither has learned from."""

    verdict: Literal["better", "worse", "no-difference"]
    why: Why = Field(description="What the verdict rests on, for programs.")
    sentence: str = Field(description="The verdict and the figures in English.")
    margin: float = Field(description="The accuracy that may be lost on its own test part, 0 to 1.")
    held_out: ModelsCompared | None = Field(
        description="On corrections that were kept back: filed right. Where the head was refitted, on all "
        "that the live model has not learned from, each answered by a head that has not either."
    )
    own_test: ModelsCompared | None = Field(
        description="On the test part of the old model's data, or a sample of it; null: not at hand."
    )
    by_class: list[ClassResult] = Field(description="The corrections that were kept back, by class.")
    none_of_these: NoneOfThese


class ImprovementCounts(Shape):
    """How many pictures were learned from, kept back and left out."""

    pictures: int = Field(0, description="Corrected pictures that were learned from.")
    views: int = Field(0, description="Files that were written of them.")
    repeats: int = Field(0, description="How often each of these is seen in an epoch.")
    own: int = Field(0, description="Pictures of the model's own data.")
    held_out: int = Field(0, description="Corrected pictures that were kept back.")
    new_classes: list[str] = Field([])
    left_out: dict[str, int] = Field({}, description="Classes with too few pictures, and how many.")
    none_of_these: int = 0
    contradicted: int = Field(0, description="Left out, as people disagree on them.")
    unread: int = Field(0, description="Files that could not be read.")


class ImprovementAnswer(Answer):
    """A model trained on corrections."""

    id: int
    at: datetime
    by: int
    base: str = Field(validation_alias="base_hash", description="The hash of the model that it started from.")
    with_own_data: bool
    quick: bool = Field(description="Whether only the head was refitted.")
    epochs: int = Field(description="0 where only the head was refitted.")
    counts: ImprovementCounts = Field(description="All 0 until the pictures are written.")
    run: str | None = Field(description="Its training run.")
    state: Literal["running", "evaluated", "failed", "stopped"]
    model: str | None = Field(
        validation_alias="model_hash", description="The hash of the new model, once it is evaluated."
    )
    live: bool = Field(description="Whether the new model is live.")
    verdict: Literal["better", "worse", "no-difference"] | None
    comparison: ImprovementEvaluation | None
    problem: Problem | None = Field(description="Why it failed; null for people whom it does not concern.")
    job: str | None = Field(validation_alias="job_id")


class ImprovementStarted(BaseModel):
    improvement: ImprovementAnswer
    job: JobAnswer


class ImprovementsAnswer(BaseModel):
    improvements: list[ImprovementAnswer] = Field(description="The newest first.")


class InsistRequest(BaseModel):
    insist: bool = Field(False, description="Use it although it did not win.")


class WentLive(Answer):
    """The improved model answers now."""

    model: str = Field(validation_alias="model_hash")
    previous: str | None = Field(validation_alias="previous_hash")
    reason: str = Field(description="won or insisted.")


@router.get("/ready", summary="Can it be trained on corrections?")
def improvement_ready(service: TheService, who: Viewer) -> CorrectionsReady:
    """How many corrections there are, and what is missing."""
    now = service.app.improve.readiness()
    problem, source, per_class = now.own.problem, now.own.source, now.per_class
    if not who.administrator:  # paths, and the names of classes that others use for their own pictures
        problem, source = problem and "not at hand", last_part(source)
        known = {NONE, *service.classifier.info.labels}
        per_class = {label: count for label, count in per_class.items() if label in known}
    return CorrectionsReady.of(
        now,
        per_class=per_class,
        own_data=not now.own.problem,
        own_source=source,
        own_problem=problem,
        own_code=now.own.code,
        least_apart=LEAST_APART,
        epochs=EPOCHS,
        seconds_per_epoch=seconds_per_epoch(service.app.improvements, service.app.home),
    )


@router.post(
    "", summary="Improve the model by corrections", status_code=202,
    responses=responses(
        _409="There are too few corrections, or one is at work.",
        _422="The model's own data are not at hand, its head cannot be refitted, or its network not trained.",
        _501="The extra for training is not installed; the message says how to.",
    ),
)  # fmt: skip
def improve(app: TheApp, who: Administrator, asked: ImprovementRequest) -> ImprovementStarted:
    """In the background: refit or train, evaluate both models, register the new one. None goes live."""
    one, job = app.improve.begin(
        deep=asked.deep, with_own_data=asked.with_own_data, epochs=asked.epochs, by=who.id
    )
    app.audit.note(who.id, "model.improve", f"improvement {one.id}", asked.model_dump(), address=who.address)
    return ImprovementStarted(improvement=_answer(one, app.registry.live(), who), job=job_answer(job, who))


@router.post(
    "/estimate", summary="Estimate its time and size",
    responses=responses(
        _409="The live model's network is not trained further, or there are too few corrections.",
        _422="It cannot be trained, or the model's own data cannot be read.",
        _501="The extra for training is not installed; the message says how to.",
    ),
)  # fmt: skip
def estimate_improvement(app: TheApp, who: Administrator, asked: ImprovementRequest) -> TrainingEstimate:
    """How long it would take, and how large its model would be. A trial takes some seconds."""
    estimates = app.improvement_estimates
    return estimates.of(with_own_data=asked.with_own_data, epochs=asked.epochs)


@router.get("", summary="What was tried")
def improvements(
    app: TheApp,
    who: Viewer,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> ImprovementsAnswer:
    """Each with its figures and verdict."""
    live = app.registry.live()
    found = app.improve.latest(limit, before)
    return ImprovementsAnswer(improvements=[_answer(one, live, who) for one in found])


@router.get("/{number}", summary="One attempt", responses=responses(_404="No such one."))
def improvement(app: TheApp, who: Viewer, number: int) -> ImprovementAnswer:
    """Its figures and verdict, once it is evaluated."""
    return _answer(app.improve.get(number), app.registry.live(), who)


@router.post(
    "/{number}/live", summary="Use the improved model",
    responses=responses(_404="No such one.", _409="It did not win; `insist` uses it anyway."),
)  # fmt: skip
def make_improvement_live(
    app: TheApp, who: Administrator, number: int, asked: InsistRequest | None = None
) -> WentLive:
    """Answer with it from now on. No entry gets another class by this: reclassify to see what would."""
    insist = asked is not None and asked.insist
    change = app.improve.make_live(number, insist=insist, by=who.id)
    details = {"hash": change.model_hash, "reason": change.reason}
    app.audit.note(who.id, "model.live", f"improvement {number}", details, address=who.address)
    return WentLive.of(change)


def _answer(one: Improvement, live: str, who: Visitor) -> ImprovementAnswer:
    counts = dict(one.counts)
    if not who.administrator:
        counts.pop("left_out", None)
        if one.model_hash is None:  # the classes of a model are known to all
            counts.pop("new_classes", None)
    return ImprovementAnswer.of(
        one,
        counts=counts,
        with_own_data=bool(one.options["with_own_data"]),
        quick=bool(one.options.get("quick")),
        epochs=int(one.options["epochs"]),
        live=one.model_hash is not None and one.model_hash == live,
        comparison=one.comparison or None,
        problem=_problem(one, who),
    )


def _problem(one: Improvement, who: Visitor) -> Problem | None:
    """Why it failed, filtered for `who`: it may name private classes and folders of the server."""
    return remembered(one.problem) if concerns(who, one.by) else None
