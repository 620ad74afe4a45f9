"""What changed, told to everybody who listens: one look at the tables for all of them. Knows no HTTP.

Looks only while somebody listens. An event is a name and JSON in one line.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any

from tenfold.catalogue import changes
from tenfold.database import UNAVAILABLE, now
from tenfold.runtime import App
from tenfold.web.job_answers import job_answer
from tenfold.web.problems import Overloaded
from tenfold.web.threads import Threads

log = logging.getLogger(__name__)

MOST_LISTENERS = 200
MOST_LISTENERS_EACH = 20
_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_AFTER_A_FAULT = 5.0
# A change may be seen this long after the moment that is written in it.
_LATE = timedelta(seconds=10)
# A listener that is further behind than this is let go; it comes back and is told how things are.
_MOST_BEHIND = 1000

Event = tuple[str, str]


class Listener:
    """Somebody's queue of events. None in it is the end."""

    def __init__(self, whose: str) -> None:
        self.whose = whose
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def next(self, seconds: float) -> Event | None:
        """The next event, or None at the end; raises TimeoutError where nothing happens for a while."""
        async with asyncio.timeout(seconds):
            return await self._queue.get()

    def put(self, event: Event | None) -> None:
        if event is not None and self._queue.qsize() >= _MOST_BEHIND:
            event = None
        self._queue.put_nowait(event)


class Events:
    """Everybody who listens to one house."""

    def __init__(self, house: App, threads: Threads) -> None:
        self._house, self._threads = house, threads
        self._listeners: set[Listener] = set()
        self._wake = asyncio.Event()
        self._ended = False
        # Whether the next look tells all that moves: somebody is new, and the others hear it once more.
        self._all_again = False
        self._jobs: dict[str, datetime] = {}
        self._mark: tuple[Any, ...] | None = None
        self._model = ""
        # Larger than any that a server before this one has told.
        self._version = time.time_ns() // 1_000_000

    @contextmanager
    def listening(self, whose: str) -> Iterator[Listener]:
        """A place to listen; Overloaded where there is none. Tells first how things are."""
        here = sum(one.whose == whose for one in self._listeners)
        if len(self._listeners) >= MOST_LISTENERS or here >= MOST_LISTENERS_EACH:
            raise Overloaded(
                "This server",
                "tells nobody more what changes",
                received=f"{here} of yours listen, {len(self._listeners)} in all",
                cure="Close other windows of it.",
            )
        listener = Listener(whose)
        if self._ended:
            listener.put(None)
        elif not self._listeners:
            self._forget()
        self._all_again = True
        listener.put(("catalogue", json.dumps({"version": self._version})))
        listener.put(("model", json.dumps({"hash": self._house.live.classifier.sha256})))
        self._listeners.add(listener)
        self._wake.set()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def end(self) -> None:
        """Let everybody go: the server ends."""
        self._ended = True
        for listener in self._listeners:
            listener.put(None)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Looks for changes until it is left."""
        task = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            self.end()
            self._wake.set()
            await task

    async def _look_on(self) -> None:
        while not self._ended:
            if not self._listeners:
                self._wake.clear()
                await self._wake.wait()
                continue
            again, self._all_again = self._all_again, False
            try:
                self._tell(await self._threads.read(self._look, again))
            except UNAVAILABLE as reason:
                # It comes back, and whoever listens is not to hear nothing ever after.
                log.warning("The database does not answer: %s", str(reason).splitlines()[0])
                await asyncio.sleep(_SECONDS_AFTER_A_FAULT)
            except Exception:
                # A fault of ours; the others' events go on.
                log.exception("What changed could not be looked up")
                await asyncio.sleep(_SECONDS_AFTER_A_FAULT)
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            for listener in self._listeners:
                listener.put(event)

    def _look(self, again: bool) -> list[Event]:
        events: list[Event] = []
        moving = self._house.jobs.records.moving(now() - _LATE)
        known, self._jobs = self._jobs, {job.id: job.updated_at for job in moving}
        for job in moving:
            if again or known.get(job.id) != job.updated_at:
                events.append(("job", job_answer(job).model_dump_json()))
        mark, before = changes.mark(self._house.database), self._mark
        self._mark = mark
        if before is not None and mark != before:
            self._version += 1
            events.append(("catalogue", json.dumps({"version": self._version})))
        model = self._house.live.classifier.sha256
        if self._model and model != self._model:
            events.append(("model", json.dumps({"hash": model})))
        self._model = model
        return events

    def _forget(self) -> None:
        """Nobody listened for a while: what was known then is no news, and what changed since is."""
        if self._mark is not None:
            self._version += 1
        self._mark = None
        self._model = ""
