"""/api/v1/cameras/{number}/live: a camera's pictures over a WebSocket, or its video as it comes.

For each picture there are two messages: JSON (`kind`: `picture`) with its `number`, its `time` (Unix time)
and its `boxes`, as X-Picture-Boxes of `/cameras/{number}/picture` has them, and then the picture, as JPEG of
at most 640 pixels. There are five pictures a second at most, encoded once for all.

Whoever asks for `?video=true` is sent the video instead, where the camera sends H.264 that every browser
plays and nothing in its picture is masked: JSON (`kind`: `video`) with `codec`, `time` (Unix time of the
first packet) and `at` (its time in the file), then fragments of an MP4 file. Where `codec` is not empty a
file begins, with its head. Between them comes JSON alone (`kind`: `boxes`) with `number`, `time` and `boxes`.
Until there is video, and wherever there is none, pictures are sent.

A viewer answers each picture and each part of the video with a message of any content. Whoever has too many
unanswered gets no other before an answer, and then the newest, of video from a key frame on: nobody sees the
past, and a slow viewer delays nobody else.

The connection is closed with 1001 where no process of this server watches the camera now, with 4004 where
the camera was removed, and with 1008 where the viewer does not answer or may no longer look.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from tenfold.errors import TenfoldError, UnknownCamera
from tenfold.web import problems
from tenfold.web.security.access import last_visitor, still_here, viewer, visitor
from tenfold.web.security.disclosure import problem_for
from tenfold.web.security.guard import HEADERS
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import WebService, service_of

if TYPE_CHECKING:
    from tenfold.cameras.sources import CopiedVideo
    from tenfold.workflows.watch_cameras.camera import CameraWatch
    from tenfold.workflows.watch_cameras.live import FrameBoxes

router = APIRouter(prefix="/api/v1/cameras")

_MOST_UNANSWERED = {"picture": 2, "video": 5}
_POLL_SECONDS = 0.05
_SECONDS_BETWEEN_CHECKS = 10.0
_SECONDS_BETWEEN_BOXES = 0.1
# Codes of WebSockets (RFC 6455), the last of them ours: the end; a viewer that does not answer, or may no
# longer look; the camera was removed.
AWAY, REFUSED, REMOVED = 1001, 1008, 4004


@router.websocket("/{number}/live")
async def live(socket: WebSocket, number: int, video: bool = False) -> None:
    """Show a camera until the viewer leaves, may no longer look, or nobody watches the camera any more."""
    service = service_of(socket)
    async with refusals_answered(socket):
        who = await viewer(await visitor(socket))
        row = await service.threads.read(service.app.cameras.get, number)
        with service.viewers.reservation(who.clients) as place:
            place.reserve(1)
            await socket.accept()
            await _Show(socket, service, row.id, who, video).run()


@asynccontextmanager
async def refusals_answered(socket: WebSocket) -> AsyncIterator[None]:
    """Answers a handshake with the problem that keeps somebody out; leaving is no error."""
    try:
        yield
    except TenfoldError as error:
        found = problem_for(last_visitor(socket), problems.describe(error), service_of(socket).app)
        await socket.send_denial_response(problems.answer(error, HEADERS, problem=found))
    except WebSocketDisconnect:
        pass


async def code_unwatched(service: WebService, camera: int) -> int:
    """The code that closes a connection to a camera that is not watched: it may be again, or was removed."""
    try:
        await service.threads.read(service.app.cameras.get, camera)
    except UnknownCamera:
        return REMOVED
    return AWAY


class _Show:
    """One viewer of one camera."""

    def __init__(
        self, socket: WebSocket, service: WebService, camera: int, who: Visitor, video: bool
    ) -> None:
        self._socket, self._service, self._camera, self._who = socket, service, camera, who
        self._wants_video = video
        self._unanswered = 0
        self._left = False
        self._answered_at = time.monotonic()
        self._checked = time.monotonic()
        self._watch: CameraWatch | None = None
        self._video: CopiedVideo | None = None
        self._viewing = ExitStack()
        self._begin(None)

    async def run(self) -> None:
        listening = asyncio.create_task(self._listen())
        try:
            with self._viewing:
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
        """Send what is new; the code with which to close."""
        while not self._left:
            watch = self._service.app.watched_cameras.running(self._camera)
            if watch is None:
                return await code_unwatched(self._service, self._camera)
            if watch is not self._watch:
                self._begin(watch)
            now = time.monotonic()
            if now - self._checked >= _SECONDS_BETWEEN_CHECKS:
                self._checked = now
                if not await still_here(self._socket, self._who):
                    return REFUSED
            copied = self._video is not None and self._video.goes_on(self._seen)
            if self._unanswered >= _MOST_UNANSWERED["video" if copied else "picture"]:
                if now - self._answered_at > self._service.settings.stall_seconds:
                    return REFUSED
            elif await self._send_newest(watch):
                continue
            await asyncio.sleep(_POLL_SECONDS)
        return AWAY

    def _begin(self, watch: "CameraWatch | None") -> None:
        """Look at this one: after a change of the camera numbers start anew, and something may be masked."""
        self._viewing.close()
        self._watch, self._video = watch, watch.video if watch and self._wants_video else None
        self._last = self._seen = 0  # the number of the last picture, and of the last part of the video
        self._boxes_at = float("-inf")
        if self._video is not None:
            self._viewing.enter_context(self._video.viewer())

    async def _send_newest(self, watch: "CameraWatch") -> bool:
        """Send what the viewer has not yet; whether there was something to answer."""
        if self._video is not None:
            part = self._video.after(self._seen)
            if part is not None:
                self._seen = part.number
                facts = {"codec": part.codec, "time": round(part.time, 3), "at": round(part.at, 3)}
                await self._send({"kind": "video"} | facts, part.content)
            if self._video.goes_on(self._seen):
                await self._send_boxes(watch)
                return part is not None
        if not watch.live.ready(self._last):
            return False
        picture = await self._service.threads.decode(watch.live.picture)
        if picture is None or picture.number == self._last:
            return False
        self._last = picture.number
        await self._send({"kind": "picture"} | _said(picture), picture.content)
        return True

    async def _send_boxes(self, watch: "CameraWatch") -> None:
        """Say what moves, ten times a second at most; nobody answers it."""
        moving, now = watch.live.moving(), time.monotonic()
        if moving and moving.number != self._last and now - self._boxes_at >= _SECONDS_BETWEEN_BOXES:
            self._last, self._boxes_at = moving.number, now
            await self._socket.send_text(json.dumps({"kind": "boxes"} | _said(moving)))

    async def _send(self, facts: dict[str, Any], content: bytes) -> None:
        if not self._unanswered:
            self._answered_at = time.monotonic()
        self._unanswered += 1
        await self._socket.send_text(json.dumps(facts))
        await self._socket.send_bytes(content)


def _said(moving: "FrameBoxes") -> dict[str, Any]:
    return {"number": moving.number, "time": round(moving.time, 3), "boxes": moving.said}
