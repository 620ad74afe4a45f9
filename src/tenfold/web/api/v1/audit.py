"""/api/v1/audit: who did what, for administrators."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field

from tenfold.web.answers import Answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator
from tenfold.web.service import service_of

router = APIRouter(prefix="/api/v1/audit", tags=["people"])


class AuditAnswer(Answer):
    """One record of the audit log."""

    id: int
    at: datetime
    who_id: int = Field(description="0: this machine's own user, or nobody.")
    who: str = Field(description="The person's name as it was then.")
    action: str = Field(description="What was done: login, person.add, model.live, entries.delete, ...")
    subject: str = Field(description="What it was done to.")
    details: dict[str, Any]
    address: str = Field(description="Where the request came from. Empty: from this machine's command line.")


@router.get(
    "",
    operation_id="audit",
    summary="Who did what",
    responses=responses(_422="A value cannot be used."),
)
def audit(
    request: Request,
    who: Administrator,
    before: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="Only records with a smaller id.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[AuditAnswer]:
    """The newest first."""
    found = service_of(request).app.audit.latest(before=before, limit=limit)
    return [AuditAnswer.of(one) for one in found]
