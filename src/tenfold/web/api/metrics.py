"""GET /metrics: what the server counts and measures, for Prometheus."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from tenfold.web.problems import responses
from tenfold.web.request_errors import NotHere
from tenfold.web.service import service_of

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="What the server counts and measures",
    response_class=PlainTextResponse,
    responses=responses(_404="The setting metrics is off."),
)
async def metrics(request: Request) -> Response:
    """In the text format of Prometheus, or as OpenMetrics where that is accepted. The setting `metrics` says
    who may ask; by default it takes a token, of the role monitor or a higher one. A token that was let in
    within a day is also let in while the database, which knows the tokens, does not answer."""
    service = service_of(request)
    who_may = service.settings.metrics
    if who_may == "off":
        raise NotHere("/metrics", "is switched off here", cure="The setting metrics switches it on.")
    if who_may == "token":
        await request.app.state.monitors.check(request)
    accept = request.headers.get("accept", "")
    content, media_type = await service.threads.read(service.app.metrics.exposition, accept)
    return Response(content, headers={"Content-Type": media_type})
