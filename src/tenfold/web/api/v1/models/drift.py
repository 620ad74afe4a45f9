"""GET /api/v1/drift: whether what is classified is still what the live model was evaluated on."""

from fastapi import APIRouter
from pydantic import Field

from tenfold.observability.drift import KINDS, WINDOWS
from tenfold.web.answers import Answer
from tenfold.web.security.access import Viewer
from tenfold.web.service import TheApp

router = APIRouter(prefix="/api/v1/drift", tags=["models"])


class DriftAnswer(Answer):
    """How far the last pictures are from those that the model was evaluated on."""

    kind: str = Field(description=f"{' or '.join(KINDS)}: the classes, or the share of none of them.")
    window: int = Field(
        description=f"The number of last pictures that count: {' or '.join(map(str, WINDOWS))}."
    )
    index: float | None = Field(
        description="The population stability index. Null: there were not enough pictures yet."
    )
    limit: float = Field(description="The value that it exceeds by chance once a month.")
    found: bool = Field(description="Whether it is above the limit.")


@router.get("", summary="Whether the pictures have changed")
async def drift(app: TheApp, who: Viewer) -> list[DriftAnswer]:
    """Of all pictures that this server's live model answered since it started. Looked at once an hour. Empty:
    not yet, or the model has no report to compare with."""
    return [DriftAnswer.of(one) for one in app.drift.found]
