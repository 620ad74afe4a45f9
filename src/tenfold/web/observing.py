"""Observes every request: gives it an id, counts and times it, writes it to the log and its trace.

A client may send an id of its own (X-Request-ID); the answer and each line of the log that belongs to the
request carry it. Does not know the requests' contents.
"""

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.observability.logs import request_id, usable_id
from tenfold.observability.metrics import OTHER, Metrics
from tenfold.observability.tracing import mark_request

log = logging.getLogger("tenfold.requests")
REQUEST_ID = "X-Request-ID"
# Other methods are counted together: a client may send any word.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FAULT = 500


class Observed:
    """ASGI middleware that does what the module says."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0
        named = usable_id(Headers(scope=scope).get(REQUEST_ID, ""))
        token = request_id.set(named)
        mark_request(named, scope["query_string"])

        def ended(answered: int) -> None:
            seconds, method = time.perf_counter() - begun, scope["method"]
            known = method if method in _METHODS else OTHER
            self._metrics.request(known, route_of(scope), answered, seconds)
            log.info(
                "%s %s %d",
                method,
                scope["path"],
                answered,
                extra={
                    "method": method,
                    "path": scope["path"],
                    "status": answered,
                    "seconds": round(seconds, 4),
                    "client": scope["client"][0] if scope.get("client") else "",
                },
            )

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = named
                ended(status)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except BaseException:
            if not status:  # the answer to a fault of ours is made outside of all middleware
                ended(_FAULT)
            raise
        finally:
            request_id.reset(token)


def route_of(scope: Scope) -> str:
    """The address as the API's document has it, without the values in it."""
    return getattr(scope.get("route"), "path", "") or OTHER
