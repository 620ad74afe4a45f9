"""/api/v1/tokens: access tokens for programs. People see their own; administrators see and revoke all."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field

from tenfold.accounts.tokens import LONGEST_DAYS
from tenfold.errors import AccountError
from tenfold.web.answers import Answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Viewer
from tenfold.web.security.confirmation import CONFIRMED, ConfirmedRequest, confirm
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheApp, service_of

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])

TokenRole = Literal["monitor", "viewer", "operator", "administrator"]


class TokenAnswer(Answer):
    """A token without its secret."""

    id: int
    name: str
    person_id: int
    person: str
    role: TokenRole = Field(description="What it may do now: never more than its person.")
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = Field(description="To the minute. Null: never.")
    revoked_at: datetime | None


class NewTokenAnswer(TokenAnswer):
    """A new token with its secret, which is shown only once."""

    secret: str = Field(description="Sent as `Authorization: Bearer ...`.")


class NewTokenRequest(ConfirmedRequest):
    name: str = Field(max_length=1000, description="What it is for.")
    role: TokenRole = Field(
        description="The most that it may do; never more than the person. monitor: read metrics, and "
        "nothing else."
    )
    days: int = Field(90, ge=1, le=LONGEST_DAYS, description="How long it is valid.")


@router.get("", summary="The tokens")
def tokens(app: TheApp, who: Viewer) -> list[TokenAnswer]:
    """The person's own, or everybody's for an administrator; the newest first, revoked and expired ones
    too."""
    return [TokenAnswer.of(one) for one in app.tokens.issued(_whose(who))]


@router.post(
    "",
    summary="Make a token",
    status_code=201,
    responses=CONFIRMED | responses(_409="It cannot be made, or nobody has an account here."),
)
def add_token(request: Request, who: Viewer, asked: NewTokenRequest) -> NewTokenAnswer:
    """For the person who is signed in, who confirms it with their password; a token cannot make tokens."""
    if who.id == 0:
        raise AccountError(
            "A token", "has to be somebody's, and nobody has an account here", cure="No request needs one."
        )
    confirm(request, who, asked)
    made, secret = service_of(request).app.tokens.add(
        who.id, asked.name, asked.role, days=asked.days, by=who.id, address=who.address
    )
    return NewTokenAnswer.of(made, secret=secret)


@router.delete("/{id}", summary="Revoke a token", responses=CONFIRMED | responses(_404="No such token."))
def revoke_token(
    request: Request,
    who: Viewer,
    number: Annotated[int, Path(alias="id", ge=1, le=2**31 - 1)],
    asked: ConfirmedRequest | None = None,
) -> TokenAnswer:
    """It is no longer valid, and stays in the list. A token cannot revoke tokens."""
    confirm(request, who, asked)
    gone = service_of(request).app.tokens.revoke(number, person=_whose(who), by=who.id, address=who.address)
    return TokenAnswer.of(gone)


def _whose(who: Visitor) -> int | None:
    return None if who.administrator else who.id
