"""/api/v1/cameras/{number}/frames: the pictures of a page's camera, sent to the server over a WebSocket.

An operator or an administrator sends a JPEG file of at most a megabyte and waits for the answer, JSON
(`kind`: `taken`), before the next, which is then the newest; so ten a second are taken at most. Whoever
begins to send replaces who sent before, who is told by the code with which the connection is closed: 4001.
Other codes: 1001, the camera is watched by no process of this server now; 1003, that was no JPEG file; 1008,
the sender may no longer send; 1009, a message was too large; 4004, the camera was removed.

The pictures are not looked into here: the camera's decoder is, in a process of its own.
"""

import asyncio
import json
import time
from contextlib import suppress

from fastapi import APIRouter, WebSocket
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from tenfold.cameras.decoder.pictures import PushedPictures
from tenfold.cameras.tables import CameraRow
from tenfold.errors import CameraError
from tenfold.web.api.v1.cameras.live import REFUSED, code_unwatched, refusals_answered
from tenfold.web.security.access import operator, still_here, visitor
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import WebService, service_of

router = APIRouter(prefix="/api/v1/cameras")

_SECONDS_BETWEEN_PICTURES = 0.1
_SECONDS_BETWEEN_CHECKS = 10.0
_POLL_SECONDS = 0.2
_JPEG = b"\xff\xd8\xff"
_TAKEN = json.dumps({"kind": "taken"})
# Codes of WebSockets: one of RFC 6455, and one of ours.
_NO_PICTURE, _REPLACED = 1003, 4001


@router.websocket("/{number}/frames")
async def frames(socket: WebSocket, number: int) -> None:
    """Take pictures until the sender leaves, is replaced or may no longer send, or nobody watches."""
    service = service_of(socket)
    async with refusals_answered(socket):
        who = await operator(await visitor(socket))
        row = await service.threads.read(service.app.cameras.get, number)
        _check(row)
        with service.viewers.reservation(who.clients) as place:
            place.reserve(1)
            await socket.accept()
            await _Take(socket, service, row.id, who).run()


def _check(row: CameraRow) -> None:
    """Raise CameraError where it is no page's camera."""
    if row.kind != "browser":
        raise CameraError(
            f"The camera {row.name}", "sends its pictures itself",
            cure="Add a camera of the kind This device's camera, and send to that one.",
        )  # fmt: skip


class _Take:
    """One sender of one camera's pictures."""

    def __init__(self, socket: WebSocket, service: WebService, camera: int, who: Visitor) -> None:
        self._socket, self._service, self._camera, self._who = socket, service, camera, who
        self._checked = time.monotonic()
        self._pushed: PushedPictures | None = None
        self._sender = 0

    async def run(self) -> None:
        message = asyncio.create_task(self._socket.receive())
        try:
            while (code := await self._refusal()) is None:
                await asyncio.wait([message], timeout=_POLL_SECONDS)
                if not message.done():
                    continue
                if not self._take(message.result()):
                    code = _NO_PICTURE
                    break
                await asyncio.sleep(_SECONDS_BETWEEN_PICTURES)
                message = asyncio.create_task(self._socket.receive())
                await self._socket.send_text(_TAKEN)
            await self._socket.close(code)
        finally:
            message.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect):
                await message

    def _take(self, message: Message) -> bool:
        """Take what came; whether it is a picture. Raises WebSocketDisconnect where the sender left."""
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        content: bytes = message.get("bytes") or b""
        if not content.startswith(_JPEG):
            return False
        if self._pushed is not None:
            self._pushed.put(self._sender, content)
        return True

    async def _refusal(self) -> int | None:
        """The code with which to close; None where pictures are taken."""
        watch = self._service.app.watched_cameras.running(self._camera)
        if watch is None or watch.pushed is None:
            return await code_unwatched(self._service, self._camera)
        if self._pushed is not None and not self._pushed.sends(self._sender):
            return _REPLACED
        if watch.pushed is not self._pushed:  # it begins, or something else watches a camera that was changed
            self._pushed = watch.pushed
            self._sender = watch.pushed.begin()
        now = time.monotonic()
        if now - self._checked >= _SECONDS_BETWEEN_CHECKS:
            self._checked = now
            if not await still_here(self._socket, self._who):
                return REFUSED
        return None
