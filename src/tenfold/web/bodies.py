"""Bodies that are no pictures: one file as the whole body, and JSON that may be long. Each has its limit,
which is enforced as it arrives. Does not know what is in them.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from tenfold.files import temporary
from tenfold.images.intake import megas
from tenfold.web.access import visitor
from tenfold.web.guard import limit_body
from tenfold.web.problems import NoFile, UploadTooLarge
from tenfold.web.service import service_of
from tenfold.web.uploads import chunks, declared

_LONG_BODY = 2_000_000


class LongBody(APIRoute):
    """A route whose JSON may have 2 MB. It is read only from a visitor who is known, and its bytes count with
    those of uploads."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            who = await visitor(request)
            unsaid = "transfer-encoding" in request.headers
            with service_of(request).memory.reservation(who.clients) as memory:
                memory.reserve(_LONG_BODY if unsaid else min(declared(request), _LONG_BODY))
                limit_body(request.scope, _LONG_BODY)
                return await answer(request)

        return handle


@asynccontextmanager
async def received(request: Request, folder: Path, most: int, setting: str, what: str) -> AsyncIterator[Path]:
    """The file that was sent, on the disk until this is left: however many are on their way, they take no
    memory.

    Args:
        folder: on whose disk it is put.
        most: how many bytes it may have.
        setting: which setting says so.
        what: what should have been sent, for messages: "model file".

    Raises:
        NoFile: there are no bytes, or they are a form.
        UploadTooLarge: there are more; raised as they arrive.
        HTTPException: 408, they arrive too slowly.
    """
    # Not the other kind of form: curl calls whatever it sends so.
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise NoFile("The request", f"holds no {what}", received="a form", cure=_AS_BODY)
    if declared(request) > most:
        raise _too_large(what, f"it has {megas(declared(request))} MB", most, setting)
    write = service_of(request).threads.keep
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
