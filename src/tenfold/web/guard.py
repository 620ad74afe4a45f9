"""What every answer and every request must have: security headers, and a Host that is this server's.

A page of another site can make its own name point at 127.0.0.1 (DNS rebinding) and so read from a server that
trusts whoever reaches it. Such a request carries the other site's name as its Host; an address written as
numbers cannot be made to point elsewhere.
"""

import ipaddress
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.web import problems

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Swagger UI writes style attributes, and its style sheet holds its icons.
_DOCS_POLICY = _PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "img-src 'self'", "img-src 'self' data:"
)
DOCS_PATH = "/docs"
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


def allowed_hosts(bound: str, configured: Iterable[str] = ()) -> frozenset[str]:
    """The names under which a server bound to `bound` may be called; numbers are always allowed."""
    names = {"localhost", bound.lower(), *(name.lower() for name in configured)}
    if not is_loopback(bound):
        own = socket.gethostname().lower()
        names |= {own, f"{own}.local"}
    return frozenset(names)


class Guard:
    """ASGI middleware that refuses foreign hosts and adds the security headers."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        in_docs = scope["path"] == DOCS_PATH or scope["path"].startswith(DOCS_PATH + "/")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if in_docs:
                    headers["Content-Security-Policy"] = _DOCS_POLICY
            await send(message)

        host = Headers(scope=scope).get("host", "")
        if self._allows(host):
            await self._app(scope, receive, guarded)
        else:
            await self._refusal(host)(scope, receive, guarded)

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


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
