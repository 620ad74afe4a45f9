"""/api/v1/comparisons: which of several models is better on the same pictures."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field, StringConstraints

from tenfold.datasets.opening import CIFAR10
from tenfold.errors import DatasetError, UsageError
from tenfold.evaluation.comparison import check_classes
from tenfold.web.job_answers import JobAnswer, job_answer
from tenfold.web.pages import page_response
from tenfold.web.problems import responses
from tenfold.web.request_errors import NotHere
from tenfold.web.security.access import Administrator, Viewer
from tenfold.web.security.disclosure import concerns
from tenfold.web.service import service_of
from tenfold.workflows.compare import COMPARE, CompareParams, Split, names_of

router = APIRouter(tags=["models"], prefix="/api/v1/comparisons")
_MOST = 8
Key = Annotated[str, StringConstraints(max_length=64)]


class ComparisonRequest(BaseModel):
    models: list[Key] = Field(description="Hashes of two or more models.", max_length=_MOST)
    data: str = Field(
        "cifar10", description="cifar10, or a folder or manifest on the server.", max_length=4096
    )
    split: Split = Field(
        "test", description="Which part; a folder without parts is split as training splits it."
    )


@router.post(
    "", operation_id="compare_models", summary="Compare models", status_code=202,
    responses=responses(
        _400="Fewer than two models.",
        _404="One of them is not registered.",
        _422="There is no such data, or they know different classes.",
    ),
)  # fmt: skip
def compare(request: Request, who: Administrator, asked: ComparisonRequest) -> JobAnswer:
    """Run the models on the same pictures in the background.

    The job's result has each model's figures; and of each pair the difference in accuracy with its 95 %
    interval, the probability of so much by luck (McNemar's test), and what can be said in a sentence.
    """
    app = service_of(request).app
    keys = list(dict.fromkeys(asked.models))
    models = [app.registry.get(key) for key in keys]
    if len(keys) < 2:
        raise UsageError(
            "A comparison", "needs two models or more", received=f"{len(keys)}", reason="two-models-needed"
        )
    check_classes({name: one.classes for name, one in zip(names_of(models), models, strict=True)})
    if asked.data != CIFAR10 and not (Path(asked.data).is_absolute() and Path(asked.data).exists()):
        raise DatasetError(
            f"The data {asked.data!r:.200}",
            "are not there",
            cure="Name cifar10, or the whole path of a folder or manifest on the server.",
            reason="no-such-data",
        )
    params = CompareParams(models=keys, data=asked.data, split=asked.split)
    title = f"Compare {' and '.join(one.name for one in models)}"
    app.audit.note(who.id, "model.compare", title, params.model_dump(), address=who.address)
    key = f"{COMPARE.kind} {params.model_dump_json()}"
    return job_answer(app.jobs.submit(COMPARE, params, title=title, by=who.id, key=key), who)


@router.get(
    "/{job}/report", operation_id="comparison_report", summary="A comparison's page",
    response_class=HTMLResponse, responses=responses(_404="No such comparison, or it has not ended."),
)  # fmt: skip
async def report(request: Request, who: Viewer, job: str) -> Response:
    """The figures, and pictures that one model gets right and another wrong. For whom the job concerns."""
    service = service_of(request)
    found = await service.threads.read(service.app.jobs.get, job)
    page = await service.threads.read(service.app.compare.page, found.id)
    if found.kind != COMPARE.kind or page is None or not concerns(who, found.by):
        raise NotHere(f"The comparison {job[:64]}", "has no page", cure="It is written when the job ends.")
    return page_response(page)
