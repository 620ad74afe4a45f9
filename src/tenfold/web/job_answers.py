"""A job as the API answers it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from tenfold.jobs import JobRow
from tenfold.web.problems import Problem, remembered

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class JobAnswer(BaseModel):
    """Long work: asked for, under way, or ended."""

    id: str
    kind: str
    title: str = Field(description="What it is, in English.")
    params: dict[str, Any] = Field(description="What was asked for.")
    by: int = Field(description="Who asked; 0 is the server or this machine's own user.")
    state: State
    done: int = Field(description="How much of `total` is done.")
    total: int = Field(description="0: not known.")
    message: str = Field(description="What it is at; may be empty.")
    result: dict[str, Any] | None
    problem: Problem | None = Field(description="Why it failed.")
    cancelling: bool = Field(description="Whether it was told to stop.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


def job_answer(job: JobRow) -> JobAnswer:
    """`job` as the API answers it."""
    return JobAnswer(
        id=job.id,
        kind=job.kind,
        title=job.title,
        params=job.params,
        by=job.by,
        state=job.state,  # type: ignore[arg-type]
        done=job.done,
        total=job.total,
        message=job.message,
        result=job.result,
        problem=remembered(job.problem) if job.problem else None,
        cancelling=job.cancel,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
    )
