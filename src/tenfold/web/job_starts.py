"""Starting jobs over the API, as their types say that people start them."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel, create_model

from tenfold.jobs import AnyType, JobType
from tenfold.jobs.types import P, R
from tenfold.runtime import App
from tenfold.web.job_answers import JobAnswer, job_answer, model_name
from tenfold.web.security.access import check_role
from tenfold.web.security.visitor import Visitor
from tenfold.workflows.job_types import job_types


class _Request(BaseModel):
    kind: str
    params: Any


def _request_of(job_type: AnyType) -> type[_Request]:
    """The model of a request for a job of one type."""
    fields: dict[str, Any] = {"kind": (Literal[job_type.kind], ...), "params": (job_type.params, ...)}
    return create_model(f"{model_name(job_type)}JobRequest", __base__=_Request, **fields)


_REQUESTS = [_request_of(one) for one in job_types().values() if one.start is not None]

if TYPE_CHECKING:
    _AnyRequest = _Request
else:
    _AnyRequest = Annotated[reduce(or_, _REQUESTS), Field(discriminator="kind")]


class JobRequest(RootModel[_AnyRequest]):
    """A job to start: its kind, and the parameters of that kind."""


def start_job(app: App, who: Visitor, job_type: JobType[P, R], params: P) -> JobAnswer:
    """Start a job for a visitor; one with the same parameters that has not ended yet is that job.

    Raises:
        NotAllowed: the visitor may not start jobs of this type.
        TenfoldError: the parameters cannot be used.
    """
    start = job_type.start
    assert start is not None, job_type.kind
    check_role(who, start.role)
    params = start.check(app, params)
    title = start.title(app, params)
    key = f"{job_type.kind} {params.model_dump_json()}"
    job = app.jobs.submit(job_type, params, title=title, by=who.id, key=key)
    details = params.model_dump(mode="json")
    app.audit.note(who.id, start.action, start.subject or title, details, address=who.address)
    return job_answer(job, who)
