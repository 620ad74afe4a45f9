"""Sends large responses in pieces, as fast as the client reads them, and counts them until they are sent.

uvicorn buffers whole responses, however slow the client is. Knows nothing of their contents.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import BinaryIO
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.web.problems import answer
from tenfold.web.request_errors import Overloaded
from tenfold.web.security.quotas import Quota
from tenfold.web.threads import ThreadPool

_PIECE = 1 << 16
# One part; a request for several is sent all of it.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# Headers of what the browser may keep, for whoever has signed in there: another person's request is another
# request. For ever is for content that its address names.
_OWN = {"Vary": "Cookie, Authorization"}
KEEP_FOR_EVER = _OWN | {"Cache-Control": "private, max-age=31536000, immutable"}
KEEP_AND_ASK = _OWN | {"Cache-Control": "private, no-cache"}


class BoundedResponses:
    """ASGI middleware. Answers Overloaded in place of a response that exceeds `memory`."""

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
                start = message  # sent with the body, once its memory is reserved
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
            more = message.get("more_body", False)
            for at in range(0, max(1, len(body)), _PIECE):
                end = at + _PIECE
                await send({**message, "body": body[at:end], "more_body": more or end < len(body)})

        with self._memory.reservation((f"address {client[0]}",) if client else ()) as reserved:
            await self._app(scope, receive, in_pieces)


def file_response(
    file: BinaryIO,
    length: int,
    pool: ThreadPool,
    *,
    media_type: str,
    filename: str = "",
    headers: Mapping[str, str] | None = None,
) -> StreamingResponse:
    """`length` bytes of a file, read in pieces by `pool` while they are sent; it is closed at the end.

    Args:
        filename: the name under which a browser saves it; empty: it is shown.
    """

    async def pieces() -> AsyncIterator[bytes]:
        left = length  # one that is written meanwhile has more at its end
        with file:
            while piece := await pool(file.read, min(_PIECE, left)):
                left -= len(piece)
                yield piece

    saved = saved_as(filename) if filename else {}
    all_headers = {"Content-Length": str(length), **(headers or {}), **saved}
    return StreamingResponse(pieces(), media_type=media_type, headers=all_headers)


def part_response(
    file: BinaryIO,
    length: int,
    pool: ThreadPool,
    asked: Mapping[str, str],
    *,
    media_type: str,
    headers: Mapping[str, str],
) -> Response:
    """As `file_response`, of the bytes that the request's header `Range` names.

    Args:
        asked: the request's headers.
        headers: with an `ETag`, by which `If-Range` goes.
    """
    sent = {**headers, "Accept-Ranges": "bytes"}
    named = _RANGE.fullmatch(asked.get("range", "").strip())
    if not named or not any(named.groups()) or asked.get("if-range", sent["ETag"]) != sent["ETag"]:
        return file_response(file, length, pool, media_type=media_type, headers=sent)
    first, last = named.groups()
    start = int(first) if first else max(length - int(last), 0)
    end = min(int(last) + 1, length) if first and last else length
    if start >= end:
        file.close()
        return Response(status_code=416, headers={"Content-Range": f"bytes */{length}"})
    file.seek(start)
    sent["Content-Range"] = f"bytes {start}-{end - 1}/{length}"
    response = file_response(file, end - start, pool, media_type=media_type, headers=sent)
    response.status_code = 206
    return response


def export_response(parts: Iterator[bytes], *, media_type: str, filename: str) -> StreamingResponse:
    """A file that is made while it is sent, and that a browser saves."""
    return StreamingResponse(parts, media_type=media_type, headers=saved_as(filename))


def saved_as(filename: str) -> dict[str, str]:
    """The header that makes a browser save the response under that name."""
    quoted = quote(filename)
    named = f'filename="{filename}"' if quoted == filename else f"filename*=utf-8''{quoted}"
    return {"Content-Disposition": f"attachment; {named}"}
