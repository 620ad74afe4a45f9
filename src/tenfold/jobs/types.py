"""What a kind of job is: its name, its queue, and the shape of what it is asked for and of what it returns.

Declared once, beside its handler; the queues, the API and the page follow from it. Knows no handler.
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
    """What a job is asked for, or what it returns: in the API every value of it is always there."""

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
        params: the model of what is asked for.
        result: the model of what the handler returns.
        alone: a process runs one of them at a time, whatever places its queue has.
    """

    kind: str
    queue: str
    params: type[P]
    result: type[R]
    alone: bool = False

    def params_of(self, row: JobRow) -> P:
        """What was asked for. Raises ValueError where another version asked for something else."""
        return self.params.model_validate(row.params)

    def result_of(self, row: JobRow) -> R:
        """What a job that is done returned. Raises ValueError where another version returned it."""
        return self.result.model_validate(row.result)


# Does the work of a job and returns its result. Idempotent: after an interruption it is called again, and
# the steps that it has finished are remembered.
Handler = Callable[[Work[P]], R]
# The same for any type of job.
AnyHandler = Callable[[Work[Any]], BaseModel]
AnyType = JobType[Any, Any]
