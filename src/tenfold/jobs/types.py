"""Job types: a kind's name, its queue, and the models of its parameters and its result.

A type is declared once, beside its handler; the queues, the API and the page follow from it. Knows no
handler.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from tenfold.jobs.tables import JobRow
from tenfold.jobs.work import Work

P = TypeVar("P", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)


class Shape(BaseModel):
    """The parameters or the result of a type of job; in the API no field of it is optional."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


WORK, TRAINING = "work", "training"
# Queue -> how many of its jobs one process runs at once.
QUEUES = {WORK: 2, TRAINING: 1}


@dataclass(frozen=True, eq=False)
class JobType(Generic[P, R]):
    """One kind of job.

    Attributes:
        kind: its name in the database and the API: lower-case letters and "-".
        queue: one of QUEUES.
        params: the model of the parameters.
        result: the model of what the handler returns.
        alone: a process runs one of them at a time, however many places the queue has.
        handles_cancel: a job that has started is cancelled by its handler alone, which may have to finish
            what is half done: it is claimed again where it was interrupted. Others end at once where no
            worker runs them.
    """

    kind: str
    queue: str
    params: type[P]
    result: type[R]
    alone: bool = False
    handles_cancel: bool = False

    def params_of(self, row: JobRow) -> P:
        """A job's parameters. Raises ValueError where they are of another version."""
        return self.params.model_validate(row.params)

    def result_of(self, row: JobRow) -> R:
        """The result of a job that is done. Raises ValueError where it is of another version."""
        return self.result.model_validate(row.result)


# Does the work of a job and returns its result. Idempotent: it is called again after an interruption, and
# does not repeat the steps that it has finished.
Handler = Callable[[Work[P]], R]
# The same for any type of job.
AnyHandler = Callable[[Work[Any]], BaseModel]
AnyType = JobType[Any, Any]
