"""What every answer and every request must have: security headers, a Host that is this server's, an end, and
no page of another site behind it.

A page of another site can make its own name point at 127.0.0.1 (DNS rebinding) and so read from a server that
trusts whoever reaches it. Such a request carries the other site's name as its Host; an address written as
numbers cannot be made to point elsewhere.

A page of another site can also send a request straight to this server, with the visitor's cookie, or to one
where nobody has to sign in. Browsers say of a request where it comes from (Sec-Fetch-Site; Origin, where that
is not sent over plain http), and no page can change that. Only links are followed from other sites.

An answer may go out before its request has come in whole, because that is too large, say. A server that then
reads on is kept busy for ever; one that hangs up at once makes many clients lose the answer. So a little more
is read and thrown away, and then the connection is closed.
"""

import asyncio
import ipaddress
import socket

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.web import problems

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Swagger UI's style sheet holds its icons.
_DOCS_POLICY = _PAGE_POLICY.replace("img-src 'self'", "img-src 'self' data:")
DOCS_PATH = "/docs"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# A body that is read whole.
_WHOLE_BYTES, _WHOLE_SECONDS = 2_000_000, 30.0
_BODY = "tenfold.body"
_HTTPS_ONLY = "max-age=31536000; includeSubDomains"
_LINGER_BYTES = 32_000_000
_LINGER_SECONDS = 2.0
HEADERS = {
    "Content-Security-Policy": _PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def allowed_hosts(bound: str, further: str = "") -> frozenset[str]:
    """The names under which a server bound to `bound` may be called; numbers are always allowed.

    Args:
        further: more names, separated by commas.
    """
    names = {"localhost", bound.lower()} | {name.strip().lower() for name in further.split(",")} - {""}
    if not is_loopback(bound):
        own = socket.gethostname().lower()
        names |= {own, f"{own}.local"}
    return frozenset(names)


_FOREIGN = problems.answer(
    problems.ForeignPage(
        "The request",
        "comes from a page of another site",
        cure="Open this server's own page; a program sends no Origin.",
    )
)


class Guard:
    """ASGI middleware that refuses foreign hosts, adds the security headers, and ends unfinished uploads."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope)
        body = _Body(receive, expected=sent.get("content-length", "0") != "0" or "transfer-encoding" in sent)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), scope, close=body.expected)
            elif body.expected and not message.get("more_body"):
                await send({**message, "more_body": True})
                await body.linger()
                message = {"type": "http.response.body"}
            await send(message)

        scope[_BODY] = body
        host = sent.get("host", "")
        if not self._allows(host):
            app = self._refusal(host)
        elif _is_foreign(scope["method"], sent):
            app = _FOREIGN
        else:
            app = self._app
        await app(scope, body.receive, guarded)

    def _allows(self, host: str) -> bool:
        name = _without_port(host)
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._hosts
        return True

    def _refusal(self, host: str) -> ASGIApp:
        return problems.answer(
            problems.WrongHost(
                f"'{host[:100]}'",
                "is not a name of this server",
                cure="Call it by its IP address, or as localhost on the same machine.",
            )
        )


def piece_by_piece(scope: Scope) -> None:
    """Say that a request's body is read as it arrives, with other limits than the guard's."""
    body = scope.get(_BODY)
    if body is not None:
        body.limited = False


def _is_foreign(method: str, sent: Headers) -> bool:
    """Whether a page of another site sends this: to change something, or to read what is no page."""
    site = sent.get("sec-fetch-site")
    if site is not None:
        followed = method in SAFE_METHODS and sent.get("sec-fetch-mode") == "navigate"
        return site not in ("same-origin", "none") and not followed
    origin = sent.get("origin")
    if origin is None or method in SAFE_METHODS:
        return False
    return origin.partition("://")[2].lower() != sent.get("host", "").lower()


class _Body:
    """A request's body on its way in. `expected`: there is more of it to come.

    Whoever reads it piece by piece takes off its limits, and sets some of its own (`piece_by_piece`); what is
    read as a whole, which is done before anybody looks at who asks, has to be small and soon there.
    """

    def __init__(self, receive: Receive, expected: bool) -> None:
        self._receive, self.expected = receive, expected
        self.limited, self._arrived = True, 0

    async def receive(self) -> Message:
        limited = self.limited and self.expected
        try:
            async with asyncio.timeout(_WHOLE_SECONDS if limited else None):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "its body stopped arriving") from None
        self._arrived += len(message.get("body", b""))
        if not message.get("more_body"):  # the last piece, or the client has gone
            self.expected = False
        if limited and self._arrived > _WHOLE_BYTES:
            raise HTTPException(413, f"its body has more than {_WHOLE_BYTES // 1_000_000} MB")
        return message

    async def linger(self) -> None:
        """Throw away what still comes, for a short while."""
        left, self.limited = _LINGER_BYTES, False
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while self.expected and left > 0:
                    left -= len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass


def _add_headers(headers: MutableHeaders, scope: Scope, *, close: bool) -> None:
    path = scope["path"]
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = _HTTPS_ONLY
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if path == DOCS_PATH or path.startswith(DOCS_PATH + "/"):
        headers["Content-Security-Policy"] = _DOCS_POLICY
    if close:
        headers["Connection"] = "close"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
