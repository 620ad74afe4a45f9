"""Has pictures that wait for their class classified: those left over at the start, and those of others.

Whoever adds pictures over HTTP asks for it at once (web/pictures.py); this is for the rest: a process that
was killed, a restored entry, an upload that came just when a job ended. Knows no model.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tenfold.errors import TenfoldError
from tenfold.runtime import App
from tenfold.work.classifying import wake

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_LOOKS = 10.0


@asynccontextmanager
async def nothing_waits(house: App) -> AsyncIterator[None]:
    """Looks after what waits until it is left."""
    task = asyncio.create_task(_look_again(house))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look_again(house: App) -> None:
    while True:
        try:
            await asyncio.to_thread(_look, house)
        except TenfoldError as reason:
            log.warning("What waits could not be looked for: %s", reason)
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


def _look(house: App) -> None:
    house.database.check()
    wake(house.jobs, house.intake)
