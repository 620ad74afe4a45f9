"""Job types: everything about a kind of job but its work.

A type is declared once, beside the code that does its work, in a module whose name ends in "_job": the
queues, the API, the types of the page and the commands follow from it. Knows no particular job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from tenfold.jobs.tables import JobRow
from tenfold.jobs.work import Work

if TYPE_CHECKING:
    from tenfold.accounts.audit import Action

P = TypeVar("P", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)


class Shape(BaseModel):
    """The parameters or the result of a type of job; in the API no field of it is optional."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


# Does the work of a job and returns its result. Idempotent: it is called again after an interruption, and
# does not repeat the steps that it has finished.
Handler = Callable[[Work[P]], R]

WORK, TRAINING = "work", "training"
# Queue -> how many of its jobs one process runs at once.
QUEUES = {WORK: 2, TRAINING: 1}


# The container of all parts (runtime.App), which this package does not know.
Parts = Any


def _unchanged(app: Parts, params: P) -> P:
    return params


@dataclass(frozen=True)
class Start(Generic[P]):
    """How people start a job of a type.

    Attributes:
        role: the least that a person may be.
        title: what a job is, for people.
        check: returns the parameters as they are kept; raises TenfoldError where they cannot be used.
        action, subject: what the audit log says; a subject of "" is the title.
    """

    role: Literal["operator", "administrator"]
    title: Callable[[Parts, P], str]
    check: Callable[[Parts, P], P] = _unchanged
    action: "Action" = "job.start"
    subject: str = ""


@dataclass(frozen=True, eq=False)
class JobType(Generic[P, R]):
    """One kind of job.

    Attributes:
        kind: its name in the database and the API: lower-case letters and "-".
        queue: one of QUEUES.
        params: the model of the parameters.
        result: the model of what the handler returns.
        handler: makes what does the work out of the app's parts, when a job first needs it.
        start: how people start one; None: by a route of its own, or never.
        steps: the codes of what only this type does, and each in English; others are in workflows/steps.py.
        alone: a process runs one of them at a time, however many places the queue has.
        handles_cancel: a job that has started is cancelled by its handler alone, which may have to finish
            what is half done: it is claimed again where it was interrupted. Others end at once where no
            worker runs them.
    """

    kind: str
    queue: str
    params: type[P]
    result: type[R]
    handler: Callable[[Parts], Handler[P, R]]
    start: Start[P] | None = None
    steps: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False
    handles_cancel: bool = False

    def params_of(self, row: JobRow) -> P:
        """A job's parameters. Raises ValueError where they are of another version."""
        return self.params.model_validate(row.params)

    def result_of(self, row: JobRow) -> R:
        """The result of a job that is done. Raises ValueError where it is of another version."""
        return self.result.model_validate(row.result)


# A handler of any type of job.
AnyHandler = Callable[[Work[Any]], BaseModel]
AnyType = JobType[Any, Any]
