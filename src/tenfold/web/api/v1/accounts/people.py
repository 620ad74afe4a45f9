"""/api/v1/people: accounts, for administrators, who confirm each change with their own password."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field

from tenfold.web.answers import Answer
from tenfold.web.problems import responses
from tenfold.web.security.access import Administrator
from tenfold.web.security.confirmation import CONFIRMED, ConfirmedRequest, confirm
from tenfold.web.service import TheApp, service_of

router = APIRouter(prefix="/api/v1/people", tags=["people"])

Role = Literal["viewer", "operator", "administrator"]
_PASSWORD_HELP = "8 to 128 characters; the most used ones are refused."


class AccountAnswer(Answer):
    """A person with an account."""

    id: int
    name: str
    role: Role
    disabled: bool
    created_at: datetime
    password_at: datetime = Field(description="When the password was last changed.")


class NewPersonRequest(ConfirmedRequest):
    name: str = Field(max_length=1000)
    role: Role = Field(description="The first account has to be an administrator's.")
    password: str = Field(max_length=1000, description=_PASSWORD_HELP)


class PersonChangeRequest(ConfirmedRequest):
    """What is to change; what is left out or null stays."""

    role: Role | None = None
    disabled: bool | None = Field(None, description="True: not let in any longer, and signed out everywhere.")
    password: str | None = Field(None, max_length=1000, description=_PASSWORD_HELP)


PersonId = Annotated[int, Path(alias="id", description="The person's id.", ge=1, le=2**31 - 1)]
_CHANGED = CONFIRMED | responses(_404="No such person.", _409="It cannot be done; `detail` says why.")


@router.get("", summary="Everybody with an account")
def people(app: TheApp, who: Administrator) -> list[AccountAnswer]:
    """By name."""
    return [AccountAnswer.of(one) for one in app.people.everybody()]


@router.post(
    "",
    summary="Give somebody an account",
    status_code=201,
    responses=CONFIRMED | responses(_409="The name is taken, or it or the password cannot be used."),
)
def add_person(request: Request, who: Administrator, asked: NewPersonRequest) -> AccountAnswer:
    """From the first account on, everybody has to sign in."""
    confirm(request, who, asked)
    made = service_of(request).app.people.add(
        asked.name, asked.role, asked.password, by=who.id, address=who.address
    )
    return AccountAnswer.of(made)


@router.patch("/{id}", summary="Change an account", responses=_CHANGED)
def change_person(
    request: Request, who: Administrator, number: PersonId, asked: PersonChangeRequest
) -> AccountAnswer:
    """Another role or password, disabled or not. The last administrator stays one."""
    confirm(request, who, asked)
    wanted = asked.model_dump(exclude={"own_password"})
    made = service_of(request).app.people.change(number, **wanted, by=who.id, address=who.address)
    return AccountAnswer.of(made)


@router.delete(
    "/{id}/sessions",
    summary="Sign somebody out everywhere",
    status_code=204,
    responses=CONFIRMED | responses(_404="No such person."),
)
def sign_person_out(
    request: Request, who: Administrator, number: PersonId, asked: ConfirmedRequest | None = None
) -> None:
    """Ends every session of the person. Tokens stay valid: they are revoked one by one."""
    confirm(request, who, asked)
    app = service_of(request).app
    person = app.people.get(number)
    ended = app.sessions.end_all(number)
    app.audit.note(who.id, "session.end", person.name, {"sessions": ended}, address=who.address)
