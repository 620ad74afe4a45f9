"""GET /api/v1/review: the entries that a person should review first."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tenfold.catalogue.search.review import MOST_COUNTED
from tenfold.web.api.v1.catalogue.entries import EntryAnswer, entry_answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Operator
from tenfold.web.service import TheApp

router = APIRouter(tags=["catalogue"])


class ReviewAnswer(BaseModel):
    """A page of the queue, the most helpful first."""

    entries: list[EntryAnswer]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end.")
    left: int = Field(description=f"How many wait in all, counted up to {MOST_COUNTED:,}.")


@router.get(
    "/api/v1/review", summary="What to review first", responses=responses(_400="`after` is from no page.")
)
def review(
    app: TheApp,
    who: Operator,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> ReviewAnswer:
    """Entries that this person may change and whose class is in doubt.

    Correcting an entry takes it out of the queue; so does confirming, which is correcting it to the class
    that it has.
    """
    page = app.review.page(person=who.id, administrator=who.administrator, limit=limit, after=after)
    return ReviewAnswer(
        entries=[entry_answer(entry, who.id) for entry in page.entries], next=page.next, left=page.left
    )
