"""Does the jobs while the server is at work. Knows no job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tenfold.runtime import App


@asynccontextmanager
async def at_work(house: App) -> AsyncIterator[None]:
    """Does the jobs, or waits for the process that does to end, until it is left."""
    await asyncio.to_thread(house.jobs.start)
    try:
        await asyncio.to_thread(house.watching.resume)
        yield
    finally:
        await asyncio.to_thread(house.jobs.close)
