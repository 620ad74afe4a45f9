"""A server in a thread of its own: it says why it does not listen, and ends when it is told to."""

import asyncio
from collections.abc import Callable

from tenfold.line.plc.server_thread import ServerThread


async def served(listens: Callable[[], None], stop: asyncio.Event) -> str:
    listens()
    await stop.wait()
    return "it was closed"


async def refused(listens: Callable[[], None], stop: asyncio.Event) -> str:
    raise OSError("the port is taken")


def test_it_serves_until_it_is_closed() -> None:
    server = ServerThread("test", served, (OSError,))
    assert (server.start(5.0), server.alive) == ("", True)
    server.close(5.0)
    assert (server.alive, server.error) == (False, "it was closed")
    server.call(print)  # nobody is there any more


def test_a_server_that_cannot_start_says_why() -> None:
    server = ServerThread("test", refused, (OSError,))
    assert server.start(5.0) == "the port is taken"
    server.close(5.0)
