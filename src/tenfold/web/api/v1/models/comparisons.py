"""/api/v1/comparisons: which of several models is better on the same pictures."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from tenfold.web.job_answers import JobAnswer
from tenfold.web.job_starts import start_job
from tenfold.web.pages import page_response
from tenfold.web.problems import responses
from tenfold.web.request_errors import NotHere
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.security.disclosure import concerns
from tenfold.web.service import TheApp, TheService
from tenfold.workflows.compare_job import COMPARE, CompareParams

router = APIRouter(tags=["models"], prefix="/api/v1/comparisons")


@router.post(
    "", summary="Compare models", status_code=202,
    responses=responses(
        _400="Fewer than two models.",
        _404="One of them is not registered.",
        _422="There is no such data, or they know different classes.",
    ),
)  # fmt: skip
def compare_models(app: TheApp, who: Administrator, asked: CompareParams) -> JobAnswer:
    """Run the models on the same pictures in the background.

    The job's result has each model's figures; and of each pair the difference in accuracy with its 95 %
    interval, the probability of such a difference by chance (McNemar's test), and what can be said in a
    sentence.
    """
    return start_job(app, who, COMPARE, asked)


@router.get(
    "/{job}/report", summary="A comparison's page",
    response_class=HTMLResponse, responses=responses(_404="No such comparison, or it has not ended."),
)  # fmt: skip
async def comparison_report(service: TheService, who: Viewer, job: str) -> Response:
    """The figures, and pictures that one model gets right and another wrong. Only for people whom the job
    concerns."""
    found = await service.threads.read(service.app.jobs.get, job)
    page = await service.threads.read(service.app.compare.page, found.id)
    if found.kind != COMPARE.kind or page is None or not concerns(who, found.by):
        raise NotHere(f"The comparison {job[:64]}", "has no page", cure="It is written when the job ends.")
    return page_response(page)
