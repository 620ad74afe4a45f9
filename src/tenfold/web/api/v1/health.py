"""GET /healthz and /readyz for monitoring, and the health of the services."""

import asyncio
import logging
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tenfold.errors import DatabaseError
from tenfold.runtime.supervisor import ServiceHealth
from tenfold.web.answers import Answer
from tenfold.web.problems import Problem, remembered, responses
from tenfold.web.request_errors import Overloaded
from tenfold.web.security.access import Administrator
from tenfold.web.service import TheService, WebService

log = logging.getLogger(__name__)
# Below the time that monitoring usually allows for an answer.
_SECONDS_FOR_DATABASE = 5.0
router = APIRouter(tags=["health"])


class HealthAnswer(BaseModel):
    status: Literal["ok"]


class ServiceState(Answer):
    """How a service of the server is."""

    name: str
    state: Literal["running", "failing", "stopped"] = Field(
        description="failing: it ended with a fault, and waits to be started again."
    )
    since: datetime
    fault: str | None = Field(description="The kind of its last fault. Null: there was none.")
    code: str | None = Field(
        description="The same for programs: a problem's code, or internal-error.",
    )
    fault_at: datetime | None
    faults: int = Field(description="How many there were since the server started.")
    words: str | None = Field(description="All about the last fault, in English; told to administrators.")
    problem: Problem | None = Field(description="The same for programs; told to administrators.")


class Notice(BaseModel):
    """What an operator should know."""

    code: Literal["other-model"]
    text: str = Field(description="The same in English.")


class ReadinessAnswer(HealthAnswer):
    services: list[ServiceState]
    notices: list[Notice]


@router.get("/healthz", summary="Is the server alive?")
async def health() -> HealthAnswer:
    """Answers as long as the process can."""
    return HealthAnswer(status="ok")


@router.get("/readyz", summary="Does it take pictures?", responses=responses(_503="Not at this moment."))
async def ready(service: TheService) -> ReadinessAnswer:
    """Answers 503 where a picture would be refused (starting, stopping, too much to do, no database, a full
    disk), and where a service failed several times in a row and is not running."""
    service.concurrency.check((), 1)
    try:
        await asyncio.wait_for(service.threads.read(service.app.database.check), _SECONDS_FOR_DATABASE)
    except (DatabaseError, TimeoutError) as reason:
        # It names the database's address: that is for the log.
        log.error("%s", reason if str(reason) else "The database does not answer.")
        raise Overloaded("The database", "cannot be used", cure="The server's log says why.") from None
    if not service.app.model_server.running:
        raise Overloaded("This server", "is not ready", cure="Try again in a moment.")
    if not await service.threads.read(service.app.has_room):
        raise Overloaded(
            "This server",
            "has no room left: its disk is full",
            cure="Free some space there.",
            reason="disk-full",
        )
    found = service.supervisor.health()
    down = [one for one in found if one.down]
    if down:
        raise Overloaded(
            "This server",
            "is not ready: a service does not run",
            received="; ".join(f"{one.name}: {one.fault.kind}" for one in down if one.fault),
            cure="See the page Settings, Services, or the server's log.",
        )
    # Whoever watches need not sign in, so the notices do not say why.
    notice = Notice(
        code="other-model", text="The live model cannot be used here; another one answers instead."
    )
    return ReadinessAnswer(
        status="ok",
        services=[_state(one) for one in (*found, *_of_rows(service))],
        notices=[notice] if service.app.model_switch.problem else [],
    )


@router.get("/api/v1/system/services", summary="How the server's services are")
async def services(service: TheService, who: Administrator) -> list[ServiceState]:
    """Everything that runs for as long as the server does, with its last fault."""
    return [_state(one, details=True) for one in (*service.supervisor.health(), *_of_rows(service))]


def _of_rows(service: WebService) -> list[ServiceHealth]:
    """Those of each camera and station: one that does not run takes nothing from this server's pictures."""
    app = service.app
    return [*app.watched_cameras.healths(), *app.running_stations.healths()]


def _state(one: ServiceHealth, *, details: bool = False) -> ServiceState:
    fault = one.fault
    return ServiceState.of(
        one,
        fault=fault.kind if fault else None,
        code=fault.code if fault else None,
        fault_at=fault.at if fault else None,
        words=fault.words if fault and details else None,
        problem=remembered(fault.facts) if fault and details else None,
    )
