"""GET /healthz and /readyz, for whatever watches over the server."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tenfold.web.problems import Overloaded, responses
from tenfold.web.service import service_of

router = APIRouter(tags=["health"])


class HealthAnswer(BaseModel):
    status: Literal["ok"]


@router.get("/healthz", operation_id="health", summary="Is the server alive?")
async def health() -> HealthAnswer:
    """Answers as long as the process can."""
    return HealthAnswer(status="ok")


@router.get(
    "/readyz",
    operation_id="ready",
    summary="Does it take pictures?",
    responses=responses(_503="Not at this moment."),
)
async def ready(request: Request) -> HealthAnswer:
    """Answers 503 where a picture would be refused: starting, stopping, or too much to do."""
    service = service_of(request)
    service.places.check((), 1)
    if not service.batcher.running:
        raise Overloaded("This server", "is not ready", cure="Try again in a moment.")
    return HealthAnswer(status="ok")
