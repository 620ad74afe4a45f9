"""Checks every request and sets headers of every response, for all routes.

A request must name this server as its Host, must not come from a page of another site, and its body must
arrive within limits of size and time.

A page of another site can make its own name point at 127.0.0.1 (DNS rebinding) and so read from a server that
trusts all local clients. Such a request carries the other site's name as its Host; an address written as
numbers cannot be made to point elsewhere.

A page of another site can also send a request straight to this server, with the visitor's cookie or where
nobody has to sign in. Browsers state where a request comes from (Sec-Fetch-Site, or Origin over plain http),
and no page can change that. From other sites, only links are allowed.

A response may be sent before its request has arrived whole, for example because that is too large. A server
that reads on would be kept busy forever; many clients lose the response if the connection is closed at once.
So a little more is read and thrown away, and then the connection is closed.
"""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.web import problems, request_errors
from tenfold.web.security.hosts import host_of, is_address

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Swagger UI's style sheet holds its icons.
_DOCS_POLICY = _PAGE_POLICY.replace("img-src 'self'", "img-src 'self' data:")
# The phone app runs a model itself, in WebAssembly; with several threads only where it is isolated.
_PHONE_HEADERS = {
    "Content-Security-Policy": _PAGE_POLICY.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    ),
    "Cross-Origin-Embedder-Policy": "require-corp",
}
DOCS_PATH, PHONE_PATH = "/docs", "/phone"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# The most bytes of a body that are read before it is known who sends it.
SHORT_BODY = 16_000
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


_FOREIGN = problems.answer(
    request_errors.ForeignPage(
        "The request",
        "comes from a page of another site",
        cure="Open this server's own page; a program sends no Origin.",
    )
)


@dataclass(frozen=True)
class BodyRate:
    """How fast a request's body must arrive, counting only time in which the server waits for it.

    Attributes:
        total: the most seconds for the whole body.
        stall: over how many seconds the rate is measured.
        rate: the fewest bytes per second.
    """

    total: float
    stall: float
    rate: float


class Guard:
    """ASGI middleware that does what the module says.

    Args:
        hosts: the names of this server.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], pace: BodyRate) -> None:
        self._app, self._hosts, self._pace = app, hosts, pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope)
        if scope["type"] == "websocket":
            # As unsafe as a request that changes something: its answers can be read by whoever opened it.
            await (self._refusal("", sent) or self._app)(scope, receive, send)
            return
        expected = sent.get("content-length", "0") != "0" or "transfer-encoding" in sent
        body = _Body(receive, self._pace, expected)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), scope, close=body.expected)
            elif body.expected and not message.get("more_body"):
                await send({**message, "more_body": True})
                await body.linger()
                message = {"type": "http.response.body"}
            await send(message)

        scope[_BODY] = body
        await (self._refusal(scope["method"], sent) or self._app)(scope, body.receive, guarded)

    def _refusal(self, method: str, sent: Headers) -> ASGIApp | None:
        """What a request is answered that must not come in; None for all others."""
        host = sent.get("host", "")
        if not self._allows(host):
            return _wrong_host(host)
        return _FOREIGN if _is_foreign(method, sent) else None

    def _allows(self, host: str) -> bool:
        name = host_of(host)
        return is_address(name) or name in self._hosts


def limit_body(scope: Scope, most: int | None) -> None:
    """Set the most bytes of a request's body; None: the code that reads it enforces its own limits."""
    body = scope.get(_BODY)
    if body is not None:
        body.most = most


def _wrong_host(host: str) -> ASGIApp:
    return problems.answer(
        request_errors.WrongHost(
            f"'{host[:100]}'",
            "is not a name of this server",
            cure="Call it by its IP address, or as localhost on the same machine.",
        )
    )


def _is_foreign(method: str, sent: Headers) -> bool:
    """Whether a page of another site sent this, and it is more than following a link."""
    site = sent.get("sec-fetch-site")
    if site is not None:
        followed = method in SAFE_METHODS and sent.get("sec-fetch-mode") == "navigate"
        return site not in ("same-origin", "none") and not followed
    origin = sent.get("origin")
    if origin is None or method in SAFE_METHODS:
        return False
    return origin.partition("://")[2].lower() != sent.get("host", "").lower()


class _Body:
    """A request's body while it arrives.

    Attributes:
        expected: whether more of it is to come.
        most: the most bytes that it may have; None: no limit here.
    """

    def __init__(self, receive: Receive, pace: BodyRate, expected: bool) -> None:
        self._receive, self._pace, self.expected = receive, pace, expected
        self.most: int | None = SHORT_BODY
        self._arrived = 0
        self._total_left, self._stall_left, self._since_stall = pace.total, pace.stall, 0

    async def receive(self) -> Message:
        if not self.expected:
            return await self._receive()
        message = await self._in_time()
        count = len(message.get("body", b""))
        self._arrived += count
        self._since_stall += count
        if self._since_stall >= self._pace.rate * self._pace.stall:
            self._stall_left, self._since_stall = self._pace.stall, 0
        if self.most is not None and self._arrived > self.most:
            raise HTTPException(413, f"has a body of more than {self.most // 1000} kB")
        return message

    async def linger(self) -> None:
        """Read and throw away the rest, for a short while."""
        left = _LINGER_BYTES
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while self.expected and left > 0:
                    left -= len((await self._next()).get("body", b""))
        except TimeoutError:
            pass

    async def _in_time(self) -> Message:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(min(self._total_left, self._stall_left)):
                message = await self._next()
        except TimeoutError:
            pace = self._pace
            if self._total_left <= self._stall_left:
                raise HTTPException(408, f"did not end within {pace.total:g} seconds") from None
            raise HTTPException(
                408, f"arrived too slowly: {self._since_stall} bytes in {pace.stall:g} seconds"
            ) from None
        waited = loop.time() - begun
        self._total_left -= waited
        self._stall_left -= waited
        return message

    async def _next(self) -> Message:
        message = await self._receive()
        if not message.get("more_body"):  # the last piece, or the client has disconnected
            self.expected = False
        return message


def _add_headers(headers: MutableHeaders, scope: Scope, *, close: bool) -> None:
    path = scope["path"]
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = _HTTPS_ONLY
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if _is_under(DOCS_PATH, path):
        headers["Content-Security-Policy"] = _DOCS_POLICY
    if _is_under(PHONE_PATH, path):
        headers.update(_PHONE_HEADERS)
    if close:
        headers["Connection"] = "close"


def _is_under(root: str, path: str) -> bool:
    return path == root or path.startswith(f"{root}/")
