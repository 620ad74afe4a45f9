"""Jobs in the API: each type with its own parameters and result."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union

from pydantic import AliasChoices, BaseModel, Field, RootModel, create_model

from tenfold.jobs import RUNNING, AnyType, JobRow
from tenfold.web.answers import Answer
from tenfold.web.problems import Problem, remembered
from tenfold.web.security.disclosure import (
    answer_without_paths,
    concerns,
    paths_in,
    problem_without_paths,
    without_paths,
)
from tenfold.web.security.visitor import Visitor
from tenfold.workflows.job_types import in_english, job_types, steps
from tenfold.workflows.steps import StepDetails

log = logging.getLogger(__name__)

F = TypeVar("F", bound=BaseModel)
State = Literal["waiting", "running", "done", "failed", "cancelled"]
if TYPE_CHECKING:
    Step = str
else:
    Step = Literal[tuple(steps())]


class TrainingFigures(BaseModel):
    """How far a training is: null where something is not known yet."""

    step: Step = Field(validation_alias=AliasChoices("stage", "step"), description="What it is doing.")
    done: int = Field(description="How much of that is done; in an epoch: its steps.")
    total: int = Field(description="0: not known.")
    epoch: int = Field(description="In which epoch it is; 0: before the first.")
    epochs: int
    loss: float | None = Field(description="Of this epoch so far, as trained.")
    accuracy: float | None = Field(description="The same, 0 to 1.")
    pictures_per_second: float | None
    seconds_left: float | None = Field(description="An estimate for all epochs.")


class _Job(Answer):
    id: str
    title: str = Field(description="What it is, in English; empty for people whom it does not concern.")
    by: int = Field(description="Who asked; 0 is the server or this machine's own user.")
    state: State
    done: int = Field(description="How much of `total` is done.")
    total: int = Field(description="0: not known.")
    message: str = Field(
        description="The current step, in English; may be empty, and is empty for people whom it does "
        "not concern."
    )
    step: Step | None = Field(description="The same for programs; null: there is no code for it.")
    details: StepDetails | None = Field(
        description="What `message` names; null where it names nothing, and for people whom it does not "
        "concern."
    )
    training: TrainingFigures | None = Field(description="Of a training while it runs.")
    problem: Problem | None = Field(description="Why it failed; null for people whom it does not concern.")
    cancelling: bool = Field(validation_alias="cancel", description="Whether it was told to stop.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class UnknownJobAnswer(_Job):
    """A job of a type that this version does not have."""

    kind: Literal["unknown"]
    params: None
    result: None


def model_name(job_type: AnyType) -> str:
    """How the names of a type's models begin in the API."""
    return "".join(part.capitalize() for part in job_type.kind.split("-"))


def _answer_of(job_type: AnyType) -> type[_Job]:
    """The model of a job of one type."""
    asked = Field(
        description="What was asked for; null: another version asked for it, or it concerns only other "
        "people."
    )
    found = Field(description="What it returned, once it is done; null for people whom it does not concern.")
    fields: dict[str, Any] = {
        "kind": (Literal[job_type.kind], ...),
        "params": (job_type.params | None, asked),
        "result": (job_type.result | None, found),
    }
    return create_model(f"{model_name(job_type)}Job", __base__=_Job, **fields)


_ANSWERS = {kind: _answer_of(job_type) for kind, job_type in job_types().items()}

if TYPE_CHECKING:
    _AnyJob = _Job
else:
    _AnyJob = Annotated[Union[(*_ANSWERS.values(), UnknownJobAnswer)], Field(discriminator="kind")]


class JobAnswer(RootModel[_AnyJob]):
    """Long work: waiting, running or ended. `kind` says which parameters and result it has."""


def job_answer(job: JobRow, who: Visitor) -> JobAnswer:
    """`job` as `who` may see it; without its parameters or result where they are of another version.

    A job concerns whoever asked for it, and administrators. Others are told its kind and how far it is: its
    parameters, result and texts name folders of the server, files, and classes of private pictures.
    """
    whole = concerns(who, job.by)
    told: dict[str, Any] = {
        "title": job.title if whole else "",
        "message": in_english(job.step, job.figures) if whole else "",
        "step": job.step if job.step in steps() else None,
        "details": _read(StepDetails, job) if whole else None,
        "training": _read(TrainingFigures, job) if job.state == RUNNING else None,
        "problem": remembered(job.problem) if whole else None,
    }
    job_type = job_types().get(job.kind)
    if job_type is None:
        return JobAnswer(UnknownJobAnswer.of(job, kind="unknown", params=None, result=None, **told))
    params = _fitting(job, job_type.params_of) if whole else None
    result = _fitting(job, job_type.result_of) if whole and job.result is not None else None
    if not who.administrator:
        known = list(paths_in(job.params))
        params, result = params and answer_without_paths(params), result and answer_without_paths(result)
        told |= {name: without_paths(told[name], known) for name in ("title", "message")}
        told["details"] = told["details"] and answer_without_paths(told["details"])
        told["problem"] = told["problem"] and problem_without_paths(told["problem"], known)
    return JobAnswer(_ANSWERS[job.kind].of(job, params=params, result=result, **told))


def _read(model: type[F], job: JobRow) -> F | None:
    """A job's figures as `model`, where they are of that kind."""
    try:
        return model.model_validate(job.figures) if job.figures else None
    except ValueError:
        return None


def _fitting(job: JobRow, read: Callable[[JobRow], BaseModel]) -> BaseModel | None:
    try:
        return read(job)
    except ValueError as reason:
        log.warning("Job %s (%s) is of another version: %s", job.id, job.kind, reason)
        return None
