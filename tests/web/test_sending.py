"""Large answers go out in pieces, and count until they are sent."""

import asyncio
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tenfold.web.security.quotas import Quota
from tenfold.web.sending import BoundedResponses

SCOPE: Scope = {"type": "http", "client": ("10.0.0.1", 1), "headers": [], "method": "GET", "path": "/"}


def answered(content: bytes, memory: Quota) -> tuple[list[Message], list[int]]:
    """The messages of an answer, and how much was reserved as each was sent."""
    messages: list[Message] = []
    reserved: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(content)(scope, receive, send)

    async def send(message: Message) -> None:
        messages.append(message)
        reserved.append(memory.used)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    asyncio.run(BoundedResponses(app, memory)(SCOPE, receive, send))
    return messages, reserved


def quota(limit: int) -> Quota:
    return Quota(limit, client_percent=100, full="is full")


@pytest.mark.parametrize("length", [0, 1, 65_536, 65_537, 131_072, 1_000_000])
def test_an_answer_comes_whole_in_pieces_of_which_none_is_large(length: int) -> None:
    content = bytes(range(256)) * (length // 256) + b"x" * (length % 256)
    messages, reserved = answered(content, memory := quota(10_000_000))
    start, *pieces = messages
    assert start["type"] == "http.response.start"
    assert b"".join(piece["body"] for piece in pieces) == content
    assert [piece.get("more_body", False) for piece in pieces] == [True] * (len(pieces) - 1) + [False]
    assert max(len(piece["body"]) for piece in pieces) <= 65_536
    assert set(reserved) == {length if length > 65_536 else 0}
    assert memory.used == 0


def test_an_answer_that_exceeds_the_quota_is_refused() -> None:
    messages, reserved = answered(b"x" * 100_000, quota(99_999))
    assert messages[0]["status"] == 503
    assert (b"retry-after", b"2") in messages[0]["headers"]
    assert b"is full" in messages[1]["body"]
    assert set(reserved) == {0}
