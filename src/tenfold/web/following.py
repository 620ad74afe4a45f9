"""Looks, while the server is at work, whether another process made another model live."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tenfold.runtime import App

_SECONDS = 1.0


@asynccontextmanager
async def following(house: App) -> AsyncIterator[None]:
    """Follows the registry until it is left; one small query a second."""
    ended = asyncio.Event()

    async def follow() -> None:
        while not ended.is_set():
            await asyncio.to_thread(house.switch.follow)
            try:
                async with asyncio.timeout(_SECONDS):
                    await ended.wait()
            except TimeoutError:
                pass

    task = asyncio.create_task(follow())
    try:
        yield
    finally:
        ended.set()
        await task
