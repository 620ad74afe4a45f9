"""Who asks: the visitor behind a request, and what their role lets them do. Does not know how to sign in.

A route states its audience by taking one of `Viewer`, `Operator`, `Administrator`. Where there are no
accounts and only this machine can reach the server, the sender is this machine's user and may do everything,
unless a proxy passed the request on; otherwise a request carries a session's cookie or a token.
"""

from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection

from tenfold.accounts.roles import ADMINISTRATOR, MONITOR, OPERATOR, VIEWER, at_least
from tenfold.errors import LoginNeeded, LoginRefused, NotAllowed, TenfoldError
from tenfold.settings import Settings
from tenfold.web.security.guard import SAFE_METHODS
from tenfold.web.security.hosts import host_of, is_loopback
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import service_of

COOKIE, SECURE_COOKIE = "tenfold", "__Host-tenfold"
_SCHEME = "bearer "
# Headers that proxies add to requests.
_FORWARDED = ("forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip")
_FORWARDED_PREFIX = "x-forwarded-"


async def visitor(request: HTTPConnection) -> Visitor:
    """The visitor.

    Raises:
        LoginNeeded: nobody is signed in and somebody has to be.
        LoginRefused: the token lets nobody in.
        NotAllowed: nobody has an account, and the request was passed on from elsewhere.
    """
    service = service_of(request)
    if service.app.people.nobody_lately and private(service.settings):
        found = _owner(request)
    else:
        found = await service.threads.read(recognise, request)
    request.state.visitor = found
    return found


async def monitor(request: HTTPConnection) -> Visitor:
    """A visitor who may read the metrics; raises as `visitor`."""
    return check_role(await visitor(request), MONITOR)


def last_visitor(request: HTTPConnection) -> Visitor | None:
    """The visitor that `visitor` found for a request; None where it found none or was not asked."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    return found


async def viewer(who: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    return check_role(who, VIEWER)


async def operator(who: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    return check_role(who, OPERATOR)


async def administrator(who: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    return check_role(who, ADMINISTRATOR)


Viewer = Annotated[Visitor, Depends(viewer)]
Operator = Annotated[Visitor, Depends(operator)]
Administrator = Annotated[Visitor, Depends(administrator)]


def recognise(request: HTTPConnection, *, using: bool = True) -> Visitor:
    """`visitor`, for a thread. `using`: whether the request counts as use of its session."""
    service = service_of(request)
    app = service.app
    if not app.people.anybody():
        if private(service.settings):
            return _owner(request)
        raise LoginNeeded(
            "This server",
            "can be reached by others, and has no administrator yet",
            cure="Open the link that it printed when it started.",
            reason="no-administrator",
        )
    sent = request.headers.get("authorization", "")
    if sent.lower().startswith(_SCHEME):
        token = app.tokens.find(sent[len(_SCHEME) :].strip())
        if token is None:
            raise LoginRefused(
                "The token", "is not one of this server, or holds no longer", cure="Make a new one."
            )
        return Visitor(token.person_id, token.person, token.role, address_of(request))
    session = app.sessions.find(cookie_of(request), using=using)
    if session is None:
        raise LoginNeeded(
            "This server", "asks who you are", cure="Sign in, or send a token: Authorization: Bearer ..."
        )
    _check_browser(request)
    return Visitor(session.person_id, session.name, session.role, address_of(request), session)


async def still_here(request: HTTPConnection, who: Visitor) -> bool:
    """Whether `who` may still receive a long answer, in the same role; no use of the session."""
    try:
        found = await service_of(request).threads.read(recognise, request, using=False)
        return (found.id, found.role) == (who.id, who.role)
    except TenfoldError:
        return False


def private(settings: Settings) -> bool:
    """Whether only this machine's own user can reach the server, by its settings."""
    return is_loopback(settings.host) and not settings.allowed_hosts and not settings.trusted_proxies


def address_of(request: HTTPConnection) -> str:
    """The client's address, as a trusted proxy states it where there is one."""
    return request.client.host if request.client else ""


def cookie_of(request: HTTPConnection) -> str:
    """The session's cookie; empty without one."""
    return request.cookies.get(cookie_name(request), "")


def cookie_name(request: HTTPConnection) -> str:
    """Over https the name makes the browser hold to it: only this host may set it, and only over https.

    Two servers under one host, each with a prefix of its own, have cookies of their own.
    """
    name = SECURE_COOKIE if request.url.scheme in ("https", "wss") else COOKIE
    return name + service_of(request).settings.root_path.replace("/", "-")


def _owner(request: HTTPConnection) -> Visitor:
    if _is_forwarded(request):
        raise NotAllowed(
            "The request",
            "was passed on by another machine or a proxy, and nobody has an account here",
            cure="Make the first administrator on this server's machine (tenfold user add NAME --role "
            "administrator); then those whom the proxy lets in can sign in.",
            reason="behind-proxy",
        )
    return Visitor(0, "", ADMINISTRATOR, address_of(request))


def _is_forwarded(request: HTTPConnection) -> bool:
    """Whether a request to a server of this machine alone came from elsewhere: a proxy says so, or it calls
    the server by an address that only others have."""
    said = any(name in _FORWARDED or name.startswith(_FORWARDED_PREFIX) for name in request.headers)
    return said or not is_loopback(host_of(request.headers.get("host", "")))


def _check_browser(request: HTTPConnection) -> None:
    """Browsers state the origin of every unsafe request, and the guard refuses foreign ones.

    A request without it is not from a browser, and needs a token.
    """
    said = "origin" in request.headers or "sec-fetch-site" in request.headers
    # A WebSocket counts as unsafe, because the page that opened it reads the answers.
    if request.scope.get("method") not in SAFE_METHODS and not said:
        raise NotAllowed(
            "The request", "does not say which page it comes from", cure="A program sends a token instead."
        )


def check_role(who: Visitor, role: str) -> Visitor:
    if not at_least(who.role, role):
        raise NotAllowed(
            "This",
            f"is for the role {role}",
            received=f"yours is {who.role}",
            cure="Ask an administrator.",
            reason="role",
        )
    return who
