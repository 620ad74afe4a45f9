"""/api/v1/audit: who did what, as JSON and as CSV, for administrators."""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field

from tenfold.accounts.audit import Action, AuditFilter, Kind
from tenfold.accounts.tables import AuditRecord
from tenfold.table_files import harmless
from tenfold.web.answers import Answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator
from tenfold.web.sending import export_response
from tenfold.web.service import TheApp

router = APIRouter(prefix="/api/v1/audit", tags=["people"])


class AuditAnswer(Answer):
    """One record of the audit log."""

    id: int
    at: AwareDatetime
    who_id: int = Field(validation_alias="person_id", description="0: this machine's own user, or nobody.")
    who: str = Field(validation_alias="person", description="The person's name as it was then.")
    action: Action | str = Field(description="What was done.")
    subject: str = Field(description="What it was done to.")
    details: dict[str, Any]
    address: str = Field(description="Where the request came from. Empty: from this machine's command line.")


def _wanted(
    person: Annotated[
        int | None, Query(ge=0, lt=2**31, description="0: this machine's own user, or nobody.")
    ] = None,
    kind: Annotated[Kind | None, Query(description="What the actions are about.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="The first moment, with its zone.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="The first moment after.")] = None,
) -> AuditFilter:
    return AuditFilter(person=person, kind=kind, since=since, until=until)


Wanted = Annotated[AuditFilter, Depends(_wanted)]


@router.get("", summary="Who did what")
def audit(
    app: TheApp,
    who: Administrator,
    wanted: Wanted,
    before: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="Only records with a smaller id.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[AuditAnswer]:
    """The newest first."""
    found = app.audit.latest(wanted, before=before, limit=limit)
    return [AuditAnswer.of(one) for one in found]


@router.get(
    "/records.csv",
    summary="Who did what, as CSV",
    response_class=StreamingResponse,
    responses=responses({"text/csv": {}}),
)
def audit_csv(app: TheApp, who: Administrator, wanted: Wanted) -> StreamingResponse:
    """The newest first, as UTF-8. A text that looks like a formula begins with an apostrophe."""
    rows = _as_csv(app.audit.every(wanted))
    return export_response(rows, media_type="text/csv; charset=utf-8", filename="audit.csv")


def _as_csv(records: Iterable[AuditRecord]) -> Iterator[bytes]:
    text = StringIO(newline="")
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(("id", "at", "who_id", "who", "action", "subject", "details", "address"))
    for one in records:
        details = json.dumps(one.details, ensure_ascii=False) if one.details else ""
        texts = (harmless(each) for each in (one.person, one.action, one.subject, details, one.address))
        writer.writerow((one.id, one.at.isoformat(), one.person_id, *texts))
        yield text.getvalue().encode(errors="replace")
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()
