"""/api/v1/jobs and /api/v1/events: long work, and a stream of changes."""

import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, StringConstraints
from starlette.types import Receive, Scope, Send

from tenfold.errors import NotAllowed
from tenfold.web.events import Listener
from tenfold.web.job_answers import JobAnswer, State, job_answer
from tenfold.web.job_starts import JobRequest, start_job
from tenfold.web.problems import responses
from tenfold.web.security.access import Operator, Viewer, still_here
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheApp, service_of
from tenfold.workflows.job_types import job_types

router = APIRouter(prefix="/api/v1", tags=["jobs"])

_HEARTBEAT_SECONDS = 15.0
_RETRY_MS = 2000

JobId = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f]+$")]
Kind = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z-]+$")]


class JobsAnswer(BaseModel):
    """The newest jobs first."""

    jobs: list[JobAnswer]
    next: str | None = Field(
        description="Send it as `before` for those that are older. Null: there are none."
    )


@router.get("/jobs", summary="List long work")
def jobs(
    app: TheApp,
    who: Viewer,
    state: Annotated[list[State], Query(description="Only these states; may be repeated.")] = [],  # noqa: B006
    kind: Annotated[list[Kind], Query(description="Only these kinds; may be repeated.", max_length=50)] = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=64, pattern=r"^[0-9a-f]*$")] = None,
) -> JobsAnswer:
    """The newest first."""
    found = app.jobs.list(limit + 1, before, kind, state)
    more = len(found) > limit
    found = found[:limit]
    return JobsAnswer(jobs=[job_answer(job, who) for job in found], next=found[-1].id if more else None)


@router.post(
    "/jobs",
    operation_id="start_job",
    summary="Start a job",
    status_code=202,
    responses=responses(
        _400="The parameters cannot be used.",
        _403="It is for others.",
        _404="What a parameter names is not there.",
        _422="There is no such kind, or its parameters are others.",
    ),
)
def start(app: TheApp, who: Operator, asked: JobRequest) -> JobAnswer:
    """One of the same kind and parameters that has not ended yet is answered instead of a second one.

    Kinds that are not named here are started by the routes of what they work on.
    """
    return start_job(app, who, job_types()[asked.root.kind], asked.root.params)


@router.get("/jobs/{job_id}", summary="Look at one job", responses=responses(_404="There is no such job."))
def job(app: TheApp, who: Viewer, job_id: JobId) -> JobAnswer:
    """How far it is, what it came to, or why it failed."""
    return job_answer(app.jobs.get(job_id), who)


@router.post(
    "/jobs/{job_id}/cancel",
    summary="Cancel a job",
    responses=responses(_403="It is somebody else's.", _404="There is no such job."),
)
def cancel_job(app: TheApp, who: Operator, job_id: JobId) -> JobAnswer:
    """A waiting job ends at once; a running one is asked to stop (`cancelling`)."""
    jobs = app.jobs
    if not who.administrator and jobs.get(job_id).by != who.id:
        raise NotAllowed(
            f"Job {job_id}",
            "is not yours",
            cure="Ask an administrator to cancel it.",
            reason="somebody-elses",
        )
    return job_answer(jobs.cancel(job_id), who)


@router.get(
    "/events",
    summary="Listen to what changes",
    response_class=StreamingResponse,
    responses=responses({"text/event-stream": {"schema": {"type": "string"}}}, _503="Too many listen."),
)
async def events(request: Request, who: Viewer) -> StreamingResponse:
    """Server-sent events: `job` (one that changed), `catalogue` (`{"version": n}`: another n, other entries)
    and `model` (`{"hash": ...}`: the model that answers now).

    The current state comes first. It ends when the server stops or the visitor is signed out; a browser then
    reconnects by itself.
    """
    return _Stream(request, who)


class _Stream(StreamingResponse):
    """A streamed answer, whose place is freed however it ends."""

    def __init__(self, request: Request, who: Visitor) -> None:
        self._places = ExitStack()
        events = service_of(request).events
        place = self._places.enter_context(events.listening(who))
        # The header asks a proxy in front not to collect the answer.
        headers = {"X-Accel-Buffering": "no"}
        super().__init__(_written(request, who, place), media_type="text/event-stream", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._places:
            await super().__call__(scope, receive, send)


async def _written(request: Request, who: Visitor, place: Listener) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MS}\n\n"
    checked = time.monotonic()
    while True:
        try:
            event = await place.next(_HEARTBEAT_SECONDS)
            if event is None:
                return
            yield f"event: {event[0]}\ndata: {event[1]}\n\n"
        except TimeoutError:
            yield ":\n\n"
        if time.monotonic() - checked >= _HEARTBEAT_SECONDS:
            checked = time.monotonic()
            if not await still_here(request, who):
                return
