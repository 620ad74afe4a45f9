"""Does the jobs while the server is at work. Knows no job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tenfold.jobs import Jobs


@asynccontextmanager
async def at_work(jobs: Jobs) -> AsyncIterator[None]:
    """Does the jobs, or waits for the process that does to end, until it is left."""
    await asyncio.to_thread(jobs.start)
    try:
        yield
    finally:
        await asyncio.to_thread(jobs.close)
