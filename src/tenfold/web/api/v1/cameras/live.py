"""/api/v1/cameras/{number}/live: a camera's pictures over a WebSocket.

For each picture there are two messages: JSON with its `number`, its `time` (Unix time) and its `boxes`, as
X-Picture-Boxes of `/cameras/{number}/picture` has them, and then the picture, as JPEG of at most 640 pixels.
A viewer answers each picture with a message of any content. Whoever has two unanswered gets no other before
an answer, and then the newest: nobody sees the past, and a slow viewer delays nobody else. There are five
pictures a second at most, encoded once for all.
"""

import asyncio
import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from tenfold.errors import TenfoldError
from tenfold.web import problems
from tenfold.web.security.access import last_visitor, still_here, viewer, visitor
from tenfold.web.security.disclosure import problem_for
from tenfold.web.security.guard import HEADERS
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import WebService, service_of

if TYPE_CHECKING:
    from tenfold.workflows.watch_cameras.live import Picture

router = APIRouter(prefix="/api/v1/cameras")

_MOST_UNANSWERED = 2
_POLL_SECONDS = 0.05
_SECONDS_BETWEEN_CHECKS = 10.0
# Codes of WebSockets (RFC 6455): nothing more comes; a viewer that does not answer, or may no longer look.
_AWAY, _REFUSED = 1001, 1008


@router.websocket("/{number}/live")
async def live(socket: WebSocket, number: int) -> None:
    """Show a camera until the viewer leaves, may no longer look, or nobody watches the camera any more."""
    service = service_of(socket)
    try:
        who = viewer(await visitor(socket))
        row = await service.threads.read(service.app.cameras.get, number)
        with service.viewers.reservation(who.clients) as place:
            place.reserve(1)
            await socket.accept()
            await _Show(socket, service, row.id, who).run()
    except TenfoldError as error:
        found = problem_for(last_visitor(socket), problems.describe(error), service.app)
        await socket.send_denial_response(problems.answer(error, HEADERS, problem=found))
    except WebSocketDisconnect:
        pass


class _Show:
    """One viewer of one camera."""

    def __init__(self, socket: WebSocket, service: WebService, camera: int, who: Visitor) -> None:
        self._socket, self._service, self._camera, self._who = socket, service, camera, who
        self._unanswered = 0
        self._left = False
        self._answered_at = time.monotonic()

    async def run(self) -> None:
        listening = asyncio.create_task(self._listen())
        try:
            code = await self._show()
            if not self._left:
                await self._socket.close(code)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect):
                await listening

    async def _listen(self) -> None:
        """Take the viewer's answers in, until it leaves."""
        try:
            while (await self._socket.receive())["type"] != "websocket.disconnect":
                self._unanswered = max(self._unanswered - 1, 0)
                self._answered_at = time.monotonic()
        finally:
            self._left = True

    async def _show(self) -> int:
        """Send pictures; the code with which to close."""
        last, checked = 0, time.monotonic()
        shown = None
        while not self._left:
            watch = self._service.app.watched_cameras.running(self._camera)
            if watch is None:
                return _AWAY
            if watch is not shown:  # of a camera that was changed pictures are counted anew
                shown, last = watch, 0
            now = time.monotonic()
            if now - checked >= _SECONDS_BETWEEN_CHECKS:
                checked = now
                if not await still_here(self._socket, self._who):
                    return _REFUSED
            if self._unanswered >= _MOST_UNANSWERED:
                if now - self._answered_at > self._service.settings.stall_seconds:
                    return _REFUSED
            elif watch.live.ready(last):
                picture = await self._service.threads.decode(watch.live.picture)
                if picture is not None and picture.number != last:
                    last = picture.number
                    await self._send(picture)
                    continue
            await asyncio.sleep(_POLL_SECONDS)
        return _AWAY

    async def _send(self, picture: "Picture") -> None:
        if not self._unanswered:
            self._answered_at = time.monotonic()
        self._unanswered += 1
        facts = {"number": picture.number, "time": round(picture.time, 3), "boxes": picture.said}
        await self._socket.send_text(json.dumps(facts))
        await self._socket.send_bytes(picture.content)
