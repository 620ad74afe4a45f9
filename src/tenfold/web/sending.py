"""Large answers on their way out: sent in pieces, as fast as the client takes them, and counted until then.

uvicorn takes an answer whole into its buffer, however slow the client. Knows nothing of what is answered.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.web.problems import Overloaded, answer
from tenfold.web.quotas import Quota

_PIECE = 1 << 16


class Sending:
    """ASGI middleware. An answer that does not fit into `memory` is refused as Overloaded in its place."""

    def __init__(self, app: ASGIApp, memory: Quota) -> None:
        self._app, self._memory = app, memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        start: Message | None = None
        refused = False

        async def in_pieces(message: Message) -> None:
            nonlocal start, refused
            if message["type"] == "http.response.start":
                start = message  # kept back until it is known whether there is room
                return
            body: bytes = message.get("body", b"")
            if start is not None:
                first, start = start, None
                try:
                    reserved.reserve(len(body) if len(body) > _PIECE else 0)
                except Overloaded as reason:
                    refused = True
                    await answer(reason)(scope, receive, send)
                    return
                await send(first)
            if refused:
                return
            for at in range(0, len(body) - _PIECE, _PIECE):
                await send({**message, "body": body[at : at + _PIECE], "more_body": True})
            await send({**message, "body": body[(len(body) - 1) // _PIECE * _PIECE :] if body else b""})

        with self._memory.reservation((f"address {client[0]}",) if client else ()) as reserved:
            await self._app(scope, receive, in_pieces)
