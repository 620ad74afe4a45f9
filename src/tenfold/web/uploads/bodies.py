"""Request bodies that are not pictures: a file as the whole body, and long JSON.

The limit of each is enforced as it arrives. Does not know what is in them.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from tenfold.files import temporary
from tenfold.images.sources import megas
from tenfold.web.request_errors import NoFile, UploadTooLarge
from tenfold.web.security.access import visitor
from tenfold.web.security.guard import limit_body
from tenfold.web.service import service_of
from tenfold.web.uploads.pictures import chunks, declared

_LONG_BODY = 2_000_000


class LongJsonRoute(APIRoute):
    """A route that takes up to 2 MB of JSON, from known visitors; its bytes count with uploads."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            who = await visitor(request)
            unknown = "transfer-encoding" in request.headers
            with service_of(request).memory.reservation(who.clients) as memory:
                memory.reserve(_LONG_BODY if unknown else min(declared(request), _LONG_BODY))
                limit_body(request.scope, _LONG_BODY)
                return await answer(request)

        return handle


@asynccontextmanager
async def received(request: Request, folder: Path, most: int, setting: str, what: str) -> AsyncIterator[Path]:
    """The file that was sent, on the disk until the context ends; it takes no memory while it arrives.

    Args:
        folder: where it is written.
        most: the most bytes that it may have.
        setting: the setting that limits it, for messages.
        what: what it is, for messages: "model file".

    Raises:
        NoFile: the body is empty, or is a form.
        UploadTooLarge: it has more bytes; raised as they arrive.
        HTTPException: 408, it arrives too slowly.
    """
    # The type application/x-www-form-urlencoded does not mean a form: curl sends every body with it.
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise NoFile("The request", f"holds no {what}", received="a form", cure=_AS_BODY)
    if declared(request) > most:
        raise _too_large(what, f"it has {megas(declared(request))} MB", most, setting)
    write = service_of(request).threads.write
    with temporary(folder / "upload") as path, path.open("wb") as file:
        length = 0
        async for chunk in chunks(request):
            length += len(chunk)
            if length > most:
                raise _too_large(what, f"it has more than {megas(most)} MB", most, setting)
            await write(file.write, chunk)
        if not length:
            raise NoFile("The request", f"holds no {what}", received="it has no body", cure=_AS_BODY)
        await write(file.flush)
        yield path


_AS_BODY = "Send the file's bytes as the body."


def _too_large(what: str, received: str, most: int, setting: str) -> UploadTooLarge:
    return UploadTooLarge(
        f"The {what}",
        "is too large",
        received=f"{received}; the limit is {megas(most)} MB",
        cure=f"Raise the setting {setting}.",
    )
