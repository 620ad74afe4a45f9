"""/api/v1/session: who is signed in; signing in and out; one's own password and the places one is signed in.

The cookie: HttpOnly, so that no script reads it; SameSite=Strict, so that no request from another site
carries it. Strict does not break links from elsewhere: the page itself needs no cookie, and its own requests
carry it. The cookie ends with the browser; the session behind it ends by itself.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from tenfold.errors import LoginNeeded, LoginRefused
from tenfold.web.answers import Answer
from tenfold.web.problems import responses
from tenfold.web.security.access import SECURE_COOKIE, Viewer, cookie_name, cookie_of, recognise
from tenfold.web.security.confirmation import by_browser, client_of
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import TheApp, service_of

router = APIRouter(prefix="/api/v1", tags=["session"])

_PASSWORD = Field(max_length=1000, description="In clear text.")


class PersonAnswer(Answer):
    """The person who is signed in."""

    id: int = Field(description="0: this machine's own user, where nobody has an account.")
    name: str
    role: str = Field(description="viewer, operator or administrator.")


class SessionAnswer(BaseModel):
    """Whether people have to sign in here, and who has signed in."""

    required: bool = Field(description="Whether people have to sign in.")
    person: PersonAnswer | None = Field(description="Null: nobody is signed in, and somebody has to be.")
    expires_at: datetime | None = Field(description="When the session ends if it is not used. Null: never.")
    first: bool = Field(description="Whether nobody has an account yet, and the first is to be made.")


class SignInRequest(BaseModel):
    name: str = Field(max_length=1000)
    password: str = _PASSWORD


class FirstAccountRequest(SignInRequest):
    code: str = Field(max_length=100, description="The end of the link that the server printed.")


class OwnPasswordRequest(BaseModel):
    old: str = _PASSWORD
    new: str = _PASSWORD


class PlaceAnswer(Answer):
    """A browser in which the person is signed in."""

    id: str = Field(description="Identifies the session; it is not a secret.")
    address: str
    agent: str = Field(description="What the browser says it is.")
    created_at: datetime
    used_at: datetime = Field(description="To the minute.")
    expires_at: datetime
    here: bool = Field(description="Whether this request came from it.")


_TRIED = responses(
    _401="The name or the password is not right.", _429="Tried too often; again after `Retry-After` seconds."
)

_NO_ACCOUNT = responses(_409="Nobody has an account here.")


@router.get("/session", summary="Who is signed in")
def session(request: Request) -> SessionAnswer:
    """Answered for everybody; the page asks it before anything else."""
    try:
        return _answer(recognise(request))
    except (LoginNeeded, LoginRefused):
        first = not service_of(request).app.people.anybody()
        return SessionAnswer(required=True, person=None, expires_at=None, first=first)


@router.post("/session", summary="Sign in", responses=_TRIED)
def sign_in(request: Request, response: Response, asked: SignInRequest) -> SessionAnswer:
    """Sets the cookie of a new session; the one that the browser had ends."""
    app = service_of(request).app
    cookie = app.logins.sign_in(asked.name, asked.password, client_of(request))
    return _begun(request, response, cookie)


@router.post(
    "/session/first",
    summary="Make the first account",
    responses=responses(
        _401="The code is not right, or there is an account.", _409="The name or the password cannot be used."
    ),
)
def make_first_account(request: Request, response: Response, asked: FirstAccountRequest) -> SessionAnswer:
    """An administrator's; signs in as `POST /session` does."""
    logins = service_of(request).app.logins
    cookie = logins.make_first(asked.code, asked.name, asked.password, client_of(request))
    return _begun(request, response, cookie)


@router.delete("/session", summary="Sign out", status_code=204)
def sign_out(request: Request, response: Response) -> None:
    """Ends the session that the request came with; nothing where it came with none."""
    app = service_of(request).app
    found = app.sessions.find(cookie_of(request))
    if found is not None:
        app.logins.sign_out(found, client_of(request))
    name = cookie_name(request)
    response.delete_cookie(name, secure=name.startswith(SECURE_COOKIE), httponly=True, samesite="strict")
    response.headers["Clear-Site-Data"] = '"cache"'


@router.post(
    "/session/password",
    summary="Change your password",
    responses=_TRIED | responses(_409="The new password cannot be used, or nobody has an account."),
)
def change_own_password(
    request: Request, response: Response, who: Viewer, asked: OwnPasswordRequest
) -> SessionAnswer:
    """Ends every session of the person, and begins a new one here."""
    signed_in = by_browser(who)
    cookie = service_of(request).app.logins.change_password(
        signed_in, asked.old, asked.new, client_of(request)
    )
    return _begun(request, response, cookie)


@router.get("/sessions", summary="Where the person is signed in")
def sessions(app: TheApp, who: Viewer) -> list[PlaceAnswer]:
    """The browsers where the person is signed in, the latest first."""
    here = who.session.id if who.session else ""
    return [PlaceAnswer.of(one, here=one.id == here) for one in app.sessions.of(who.id)]


@router.delete("/sessions", summary="Sign out elsewhere", status_code=204, responses=_NO_ACCOUNT)
def end_other_sessions(app: TheApp, who: Viewer) -> None:
    """Ends all sessions of the person but the one that the request came with. Not for a token."""
    ended = app.sessions.end_all(who.id, but=by_browser(who).id)
    app.audit.note(who.id, "session.end", who.name, {"sessions": ended}, address=who.address)


@router.delete(
    "/sessions/{id}",
    summary="Sign out in one place",
    status_code=204,
    responses=_NO_ACCOUNT | responses(_404="No such session."),
)
def end_session(app: TheApp, who: Viewer, session: Annotated[str, Path(alias="id", max_length=64)]) -> None:
    """Ends one of the person's sessions. Not for a token."""
    by_browser(who)
    app.sessions.end_one(who.id, session)
    app.audit.note(who.id, "session.end", who.name, {"sessions": 1}, address=who.address)


def _begun(request: Request, response: Response, cookie: str) -> SessionAnswer:
    name = cookie_name(request)
    response.set_cookie(name, cookie, secure=name.startswith(SECURE_COOKIE), httponly=True, samesite="strict")
    found = service_of(request).app.sessions.find(cookie)
    assert found is not None, "a session has ended as it began"
    return _answer(Visitor(found.person_id, found.name, found.role, session=found))


def _answer(who: Visitor) -> SessionAnswer:
    return SessionAnswer(
        required=who.id != 0,
        person=PersonAnswer.of(who),
        expires_at=who.session.expires_at if who.session else None,
        first=False,
    )
