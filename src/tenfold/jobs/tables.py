"""The tables of jobs, of their finished steps, and of the workers that run them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenfold.database import Base, Moment

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
UNFINISHED, ENDED = (WAITING, RUNNING), (DONE, FAILED, CANCELLED)


class JobRow(Base):
    """One job. title is a name for people in English; kind and params say the same to programs.

    id: hexadecimal digits that sort as the jobs were made. key: no two unfinished jobs have the same; NULL
    once the job has ended. cancel: it is to be cancelled. worker: which one runs it. attempt: how often it
    was claimed; a worker that lost the job has an old number. lost: how many attempts in a row ended with the
    death of their worker. step: what is being done, by a code; figures: what this kind of work tells of it.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    by: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(Text, default="")
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    cancel: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str | None] = mapped_column(String(120))
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    lost: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index(None, "updated_at"), Index(None, "state", "id"), Index(None, "kind", "id"))


class StepRow(Base):
    """A step that an unfinished job has finished, and what it returned."""

    __tablename__ = "job_steps"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class WorkerRow(Base):
    """A process that runs jobs. It renews its lease; when the lease has expired, others take its jobs over.

    id: the machine, the process and its start (jobs/process.py). serving: whether it is a server, which has
    priority over commands.
    """

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    serving: Mapped[bool]
    lease_until: Mapped[datetime] = mapped_column(Moment)
