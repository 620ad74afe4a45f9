"""create_app: the HTTP API and the page around one container."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from starlette.types import Lifespan

from tenfold.observability.tracing import Tracing
from tenfold.runtime import App
from tenfold.web import answers, docs, pages, problems
from tenfold.web.api import metrics
from tenfold.web.api.v1 import (
    classify,
    data,
    data_uploads,
    destinations,
    health,
    jobs,
    rules,
    settings,
    system,
)
from tenfold.web.api.v1.accounts import audit, people, session, tokens
from tenfold.web.api.v1.cameras import cameras, frames, live
from tenfold.web.api.v1.cameras import events as camera_events
from tenfold.web.api.v1.catalogue import actions as catalogue_actions
from tenfold.web.api.v1.catalogue import exports, pictures, reclassifications, review
from tenfold.web.api.v1.catalogue import organise as filings
from tenfold.web.api.v1.catalogue import search as catalogue_search
from tenfold.web.api.v1.catalogue import watched_folders as watches
from tenfold.web.api.v1.line import figures as line_figures
from tenfold.web.api.v1.line import parts as line_parts
from tenfold.web.api.v1.line import recipes as line_recipes
from tenfold.web.api.v1.line import stations as line_stations
from tenfold.web.api.v1.models import (
    comparisons,
    drafts,
    drift,
    improvements,
    model,
    model_exports,
    models,
    runs,
)
from tenfold.web.api.v2 import inference
from tenfold.web.observing import Observed
from tenfold.web.rooted import Rooted
from tenfold.web.security.access import last_visitor
from tenfold.web.security.disclosure import problem_for
from tenfold.web.security.guard import HEADERS, BodyRate, Guard
from tenfold.web.security.hosts import allowed_hosts
from tenfold.web.security.monitors import Monitors
from tenfold.web.sending import BoundedResponses
from tenfold.web.service import WebService, service_of

API_VERSION = "1"

# In the order of the OpenAPI document.
_RESOURCES = (
    classify,
    model,
    health,
    metrics,
    models,
    model_exports,
    runs,
    comparisons,
    improvements,
    drafts,
    reclassifications,
    session,
    people,
    tokens,
    audit,
    pictures,
    catalogue_actions,
    catalogue_search,
    review,
    exports,
    filings,
    jobs,
    data,
    data_uploads,
    destinations,
    rules,
    settings,
    system,
    watches,
    cameras,
    camera_events,
    frames,
    live,
    line_stations,
    line_parts,
    line_figures,
    line_recipes,
    inference,
    drift,
)


class _Api(FastAPI):
    """FastAPI, whose document names the problems of every operation once."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = answers.share_problems(super().openapi())
        return self.openapi_schema


def create_app(app: App, *, page: Path = pages.BUILT) -> FastAPI:
    """The API around `app`; `page` is the folder of the frontend's build.

    Its lifespan starts and stops the model server and the services, so the server must run it (uvicorn does).
    """
    service = WebService(app)

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    api = describe_api(lifespan, _telemetry(app.tracing))
    api.state.service = service
    api.state.monitors = Monitors()
    api.include_router(docs.router)
    pages.install(api, page, app.settings.root_path)
    api.add_middleware(BoundedResponses, memory=service.memory)
    api.add_middleware(
        Guard,
        hosts=allowed_hosts(app.settings.host, app.settings.allowed_hosts),
        pace=BodyRate(app.settings.body_seconds, app.settings.stall_seconds, app.settings.least_rate),
    )
    api.add_middleware(Observed, metrics=app.metrics)
    api.add_middleware(Rooted, root=app.settings.root_path)
    return api


def describe_api(
    lifespan: Lifespan[FastAPI] | None = None, telemetry: TelemetryConfig | None = None
) -> FastAPI:
    """The API's routes and error shape without the parts behind them: enough for the OpenAPI document."""
    api = _Api(
        title="tenfold",
        version=API_VERSION,
        summary="A picture in, its class out.",
        description="Every error has one shape: problem details, RFC 9457.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        telemetry=telemetry,
        openapi_url=None,  # docs.py has a route that checks who is signed in
        docs_url=None,
        redoc_url=None,
        responses=answers.COMMON,
    )
    problems.install(api, HEADERS, _shown)
    api.router.routes.extend(_resources().routes)
    return api


@cache
def _resources() -> APIRouter:
    """The routes of all resources, which no app changes: FastAPI takes 0.15 s to make them ready."""
    # An operation's id is the name of its function.
    made = APIRouter(responses=answers.COMMON, generate_unique_id_function=lambda route: route.name)
    for resource in _RESOURCES:
        made.include_router(resource.router)
    return made


def _telemetry(tracing: Tracing | None) -> TelemetryConfig:
    # Other providers, such as one of the whole process, are not used.
    config = TelemetryConfig(logs=False, auto_configure=False, tracing=bool(tracing), metrics=bool(tracing))
    return (
        config | TelemetryConfig(tracer_provider=tracing.tracers, meter_provider=tracing.meters)
        if tracing
        else config
    )


def _shown(request: Request, problem: problems.Problem) -> problems.Problem:
    return problem_for(last_visitor(request), problem, service_of(request).app)
